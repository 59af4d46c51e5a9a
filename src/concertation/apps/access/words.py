"""Roles, mandates, acts and devices in the reader's words."""

from collections.abc import Iterable
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from concertation.apps.access.models import ROLES
from concertation.core.sharing import Mandate
from concertation.core.sharing.visibility import FRAMEWORK
from concertation.formats import reference_set

ROLE_WORDS = dict(ROLES)
ACTS: dict[str, str | Promise] = {
    "access.account-closed": gettext_lazy("compte fermé"),
    "access.account-described": gettext_lazy("nom ou langue changés"),
    "access.account-opened": gettext_lazy("compte ouvert"),
    "access.invitation-taken-up": gettext_lazy("invitation acceptée"),
    "access.invitation-withdrawn": gettext_lazy("invitation retirée"),
    "access.invited": gettext_lazy("invitation envoyée"),
    "access.login-failed": gettext_lazy("connexion manquée"),
    "access.login-locked": gettext_lazy("connexion fermée après trop d'essais"),
    "access.mandate-ended": gettext_lazy("mandat terminé"),
    "access.mandate-given": gettext_lazy("mandat donné"),
    "access.message-handed": gettext_lazy("message transmis de main à main"),
    "access.password-changed": gettext_lazy("mot de passe changé"),
    "access.password-link-made": gettext_lazy("lien de nouveau mot de passe remis"),
    "access.second-factor-added": gettext_lazy("second facteur ajouté"),
    "access.second-factor-failed": gettext_lazy("code du second facteur inexact"),
    "access.second-factor-removed": gettext_lazy("second facteur enlevé"),
    "access.second-factor-renewed": gettext_lazy("codes de secours refaits"),
    "access.sessions-ended": gettext_lazy("sessions fermées"),
    "access.terms-accepted": gettext_lazy("conditions d'emploi acceptées"),
    "access.token-made": gettext_lazy("jeton créé"),
    "access.token-revoked": gettext_lazy("jeton révoqué"),
    "allocation.authority-joined": gettext_lazy("autorité entrée dans un tour d'allocation"),
    "allocation.constraint-stated": gettext_lazy("exclusion ou plafond demandé par un État"),
    "allocation.constraint-withdrawn": gettext_lazy("exclusion ou plafond retiré"),
    "allocation.flexibility-asked": gettext_lazy("valeur de la souplesse demandée"),
    "allocation.flexibility-replied": gettext_lazy("réponse d'un donateur"),
    "allocation.flexibility-valued": gettext_lazy("valeur de la souplesse calculée"),
    "allocation.line-change-taken-back": gettext_lazy("ligne d'un plan remise"),
    "allocation.line-changed": gettext_lazy("ligne d'un plan changée à la main"),
    "allocation.position-taken": gettext_lazy("position d'un État sur un plan"),
    "allocation.round-abandoned": gettext_lazy("tour d'allocation abandonné"),
    "allocation.round-endorsed": gettext_lazy("tour d'allocation endossé"),
    "allocation.round-made": gettext_lazy("tour d'allocation ouvert"),
    "allocation.scenario-asked-again": gettext_lazy("scénario recalculé"),
    "allocation.scenario-failed": gettext_lazy("calcul d'un scénario impossible"),
    "allocation.scenario-made": gettext_lazy("scénario ajouté"),
    "allocation.scenario-put-forward": gettext_lazy("scénario soumis aux États"),
    "allocation.scenario-solved": gettext_lazy("scénario calculé"),
    "allocation.scenario-stop-asked": gettext_lazy("arrêt d'un calcul demandé"),
    "anticipation.action-done": gettext_lazy("action anticipée faite"),
    "anticipation.action-started": gettext_lazy("action anticipée commencée"),
    "anticipation.activated": gettext_lazy("action anticipée activée"),
    "anticipation.certified": gettext_lazy("lecture d'un seuil certifiée"),
    "anticipation.closed": gettext_lazy("activation close"),
    "anticipation.field-brought": gettext_lazy("champ apporté"),
    "anticipation.framework-declared": gettext_lazy("cadre d'action anticipée déclaré"),
    "anticipation.framework-signed": gettext_lazy("cadre d'action anticipée signé"),
    "anticipation.money-reserved": gettext_lazy("argent agréé réservé"),
    "anticipation.money-transferred": gettext_lazy("argent agréé versé"),
    "anticipation.readings-brought": gettext_lazy("relevés apportés"),
    "anticipation.stood-down": gettext_lazy("seuil ou activation levés"),
    "anticipation.threshold-met": gettext_lazy("seuil atteint, non activé"),
    "decisions.answer-noted": gettext_lazy("réponse d'un tiers à une recommandation notée"),
    "decisions.attendance-noted": gettext_lazy("présence à une session notée"),
    "decisions.day-set": gettext_lazy("échéance d'une décision fixée par une session"),
    "decisions.decision-entered": gettext_lazy("décision inscrite"),
    "decisions.follow-up-changed": gettext_lazy("suivi d'une décision changé"),
    "decisions.implementation-reported": gettext_lazy("mise en œuvre déclarée par un État"),
    "decisions.implementation-verified": gettext_lazy("mise en œuvre vérifiée par un autre"),
    "decisions.national-day-set": gettext_lazy("échéance nationale fixée"),
    "decisions.plan-brought-in": gettext_lazy("plan d'action apporté par un fichier"),
    "decisions.plan-line-withdrawn": gettext_lazy("ligne du plan d'action retirée"),
    "decisions.plan-line-written": gettext_lazy("ligne du plan d'action écrite"),
    "decisions.reminded": gettext_lazy("rappel d'échéance envoyé"),
    "decisions.session-changed": gettext_lazy("session corrigée"),
    "decisions.session-entered": gettext_lazy("session inscrite"),
    "decisions.wording-entered": gettext_lazy("texte officiel d'une décision inscrit"),
    "funding.fund-corrected": gettext_lazy("règles d'un fonds corrigées"),
    "funding.fund-registered": gettext_lazy("fonds inscrit"),
    "funding.rate-stated": gettext_lazy("taux de change tenu"),
    "funding.rate-withdrawn": gettext_lazy("taux de change retiré"),
    "funding.split-stated": gettext_lazy("part d'un flux partagé déclarée"),
    "funding.envelope-named": gettext_lazy("enveloppe nommée"),
    "funding.envelope-restored": gettext_lazy("enveloppe rouverte"),
    "funding.envelope-withdrawn": gettext_lazy("enveloppe retirée"),
    "lessons.contradiction-told": gettext_lazy("contradiction entre leçons signalée"),
    "lessons.lesson-kept": gettext_lazy("leçon gardée"),
    "lessons.lesson-reused": gettext_lazy("leçon réemployée"),
    "lessons.lesson-validated": gettext_lazy("leçon validée"),
    "lessons.lesson-withdrawn": gettext_lazy("leçon retirée"),
    "lessons.lessons-brought-in": gettext_lazy("leçons apportées par un fichier"),
    "lessons.result-told": gettext_lazy("résultat d'un réemploi dit"),
    "lessons.themes-brought-in": gettext_lazy("thèmes de leçons apportés"),
    "mobilisation.appeal-corrected": gettext_lazy("appel corrigé"),
    "mobilisation.appeal-opened": gettext_lazy("appel ouvert"),
    "mobilisation.appeal-restored": gettext_lazy("appel remis"),
    "mobilisation.appeal-withdrawn": gettext_lazy("appel retiré"),
    "mobilisation.envelope-added": gettext_lazy("enveloppe ajoutée à un appel"),
    "mobilisation.envelope-withdrawn": gettext_lazy("enveloppe retirée"),
    "mobilisation.instalments-set": gettext_lazy("versements d'une promesse dits"),
    "mobilisation.meeting-called": gettext_lazy("réunion d'annonce inscrite"),
    "mobilisation.meeting-corrected": gettext_lazy("réunion d'annonce corrigée"),
    "mobilisation.meeting-restored": gettext_lazy("réunion d'annonce remise"),
    "mobilisation.meeting-withdrawn": gettext_lazy("réunion d'annonce retirée"),
    "mobilisation.pledge-corrected": gettext_lazy("promesse corrigée"),
    "mobilisation.pledge-recorded": gettext_lazy("promesse enregistrée"),
    "mobilisation.pledge-restored": gettext_lazy("promesse remise au registre"),
    "mobilisation.pledge-stands-again": gettext_lazy("promesse valable de nouveau"),
    "mobilisation.pledge-taken-back": gettext_lazy("promesse reprise par son donateur"),
    "mobilisation.pledge-withdrawn": gettext_lazy("promesse retirée du registre"),
    "mobilisation.receipt-confirmed": gettext_lazy("réception confirmée"),
    "mobilisation.receipt-noted": gettext_lazy("réception notée"),
    "mobilisation.receipt-taken-back": gettext_lazy("réception reprise"),
    "mobilisation.reminded": gettext_lazy("rappel d'un versement promis envoyé"),
    "mobilisation.statement-line-opened-again": gettext_lazy("ligne de relevé reprise"),
    "mobilisation.statement-line-put-aside": gettext_lazy("ligne de relevé mise de côté"),
    "mobilisation.statement-line-settled": gettext_lazy("ligne de relevé rapprochée"),
    "mobilisation.statement-read": gettext_lazy("relevé de compte lu"),
    "mobilisation.totals-published": gettext_lazy("totaux publics des promesses publiés"),
    "mobilisation.totals-withdrawn": gettext_lazy("totaux publics des promesses retirés"),
    "needs.figures-placed-anew": gettext_lazy("chiffres replacés"),
    "node.restored": gettext_lazy("nœud restauré d'une sauvegarde"),
    "organisations.kept-apart": gettext_lazy("organisations tenues pour distinctes"),
    "organisations.merge-taken-back": gettext_lazy("fusion d'organisations défaite"),
    "organisations.merged": gettext_lazy("organisations fusionnées"),
    "organisations.names-corrected": gettext_lazy("noms d'organisation corrigés"),
    "organisations.spelling-added": gettext_lazy("écriture ajoutée"),
    "organisations.spelling-moved": gettext_lazy("écriture déplacée"),
    "places.boundaries-approved": gettext_lazy("limites approuvées"),
    "places.boundaries-brought": gettext_lazy("limites apportées"),
    "places.name-forgotten": gettext_lazy("nom de lieu oublié"),
    "places.name-remembered": gettext_lazy("nom de lieu retenu"),
    "presence.activities-carried-over": gettext_lazy("activités du mois dernier reprises"),
    "presence.activity-added": gettext_lazy("activité ajoutée"),
    "presence.activity-corrected": gettext_lazy("activité corrigée"),
    "presence.activity-restored": gettext_lazy("activité comptée de nouveau"),
    "presence.activity-withdrawn": gettext_lazy("activité retirée"),
    "presence.carrying-over-taken-back": gettext_lazy("reprise du mois dernier défaite"),
    "presence.organisations-changed": gettext_lazy("organisations d'activités changées"),
    "presence.rows-placed-anew": gettext_lazy("activités replacées"),
    "presence.rows-taken-back": gettext_lazy("activités reprises"),
    "reporting.declaration-taken-back": gettext_lazy("« rien à déclarer » repris"),
    "reporting.declared": gettext_lazy("déclaration reçue"),
    "reporting.no-longer-declared": gettext_lazy("plus aucune ligne déclarée dans ce secteur"),
    "reporting.period-changed": gettext_lazy("période de rapport changée"),
    "reporting.period-frozen": gettext_lazy("période de rapport gelée"),
    "reporting.period-opened-by-import": gettext_lazy("période de rapport ouverte par un import"),
    "reporting.period-reopened": gettext_lazy("période de rapport rouverte"),
    "reporting.period-validated": gettext_lazy("période de rapport validée"),
    "reporting.periods-opened": gettext_lazy("périodes de rapport ouvertes"),
    "reporting.periods-taken-back": gettext_lazy("périodes de rapport reprises"),
    "reporting.reminded": gettext_lazy("organisation relancée"),
    "reporting.reporter-added": gettext_lazy("organisation attendue"),
    "reporting.reporter-by-rule": gettext_lazy("organisation attendue selon la règle"),
    "reporting.reporter-excused": gettext_lazy("organisation excusée"),
    "reporting.sector-lead-named": gettext_lazy("chef de file d'un secteur nommé"),
    "response.aim-set": gettext_lazy("délai de réponse convenu noté"),
    "response.aim-undone": gettext_lazy("délai de réponse convenu annulé"),
    "response.alert-corrected": gettext_lazy("alerte corrigée"),
    "response.alert-counted": gettext_lazy("alertes comptées pour les fenêtres d'un cadre"),
    "response.alert-raised": gettext_lazy("alerte saisie"),
    "response.alert-restored": gettext_lazy("alerte remise au compte"),
    "response.alert-withdrawn": gettext_lazy("alerte retirée"),
    "response.alerts-placed-anew": gettext_lazy("alertes placées à nouveau"),
    "response.rows-taken-back": gettext_lazy("alertes ou bulletin d'un import repris"),
    "response.sector-answered": gettext_lazy("réponse d'un secteur notée"),
    "sharing.agreement-confirmed": gettext_lazy("accord de partage confirmé"),
    "sharing.agreement-ended": gettext_lazy("accord de partage terminé"),
    "sharing.agreement-written": gettext_lazy("accord de partage écrit"),
    "sharing.alarm-raised": gettext_lazy("alerte : deux choses dites sous un même numéro"),
    "sharing.host-registered": gettext_lazy("adresse d'un nœud enregistrée"),
    "sharing.joint-approved": gettext_lazy("produit commun approuvé"),
    "sharing.joint-dropped": gettext_lazy("produit commun abandonné"),
    "sharing.joint-proposed": gettext_lazy("produit commun proposé"),
    "sharing.joint-published": gettext_lazy("produit commun publié"),
    "sharing.joint-recounted": gettext_lazy("produit commun recompté"),
    "sharing.joint-stale": gettext_lazy("produit commun à recompter"),
    "sharing.joint-reserved": gettext_lazy("réserve sur un produit commun"),
    "sharing.key-accepted": gettext_lazy("clé d'un nœud acceptée"),
    "sharing.key-revoked": gettext_lazy("clé d'un nœud révoquée"),
    "sharing.keys-believed": gettext_lazy("clés d'un nœud crues"),
    "sharing.node-named": gettext_lazy("nœud nommé"),
    "sharing.receipt-kept": gettext_lazy("accusé gardé"),
    "sharing.release-discarded": gettext_lazy("préparation d'une diffusion abandonnée"),
    "sharing.release-expired": gettext_lazy("diffusion échue et effacée"),
    "sharing.release-made": gettext_lazy("diffusion préparée"),
    "sharing.release-published": gettext_lazy("diffusion publiée"),
    "sharing.release-purged": gettext_lazy("diffusion retirée et effacée"),
    "sharing.release-signed": gettext_lazy("diffusion signée"),
    "sharing.release-taken": gettext_lazy("diffusion reçue"),
    "sharing.self-assessed": gettext_lazy("principes : une organisation s'est regardée"),
    "sources.answer-taken-back": gettext_lazy("réponse reprise"),
    "sources.doubt-settled": gettext_lazy("doute levé"),
    "sources.file-received": gettext_lazy("fichier reçu"),
    "sources.import-accepted": gettext_lazy("import accepté"),
    "sources.import-cancel-asked": gettext_lazy("annulation d'un import demandée"),
    "sources.import-closed-further": gettext_lazy("lignes d'un import refermées"),
    "sources.import-corrected": gettext_lazy("import corrigé"),
    "sources.import-refused": gettext_lazy("import refusé"),
    "sources.import-restored": gettext_lazy("import remis"),
    "sources.import-resumed": gettext_lazy("import repris"),
    "sources.import-stored": gettext_lazy("import enregistré"),
    "sources.import-withdrawn": gettext_lazy("import retiré"),
    "sources.mapping-put-aside": gettext_lazy("sens des colonnes mis de côté"),
    "sources.mapping-saved": gettext_lazy("sens des colonnes retenu"),
    "sources.raw-erased": gettext_lazy("octets d'un fichier effacés"),
    "sources.raw-kept-again": gettext_lazy("octets effacés gardés à nouveau"),
    "sources.raw-retention-set": gettext_lazy("durée de conservation des fichiers fixée"),
    "sources.reference-set-loaded": gettext_lazy("jeu de référence chargé"),
}
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))


@cache
def _states(language: str) -> dict[str, str]:
    named = reference_set.read("states").select("iso3", f"name_{language}")
    return dict(named.iter_rows())


def state_names() -> dict[str, str]:
    """The States by their code, named in the reader's language; the framework last."""
    language = "en" if get_language() == "en" else "fr"
    return {**_states(language), FRAMEWORK: _("le cadre (AES)")}


def scope_words(mandate: Mandate) -> str:
    """For whom a mandate acts: a State, an organisation, the node."""
    state = state_names().get(mandate.state, mandate.state)
    return " · ".join(part for part in (mandate.organisation, state) if part) or _("le nœud")


def mandate_words(mandate: Mandate) -> str:
    """A mandate in a line: the role, and for whom."""
    return f"{ROLE_WORDS[mandate.role.value]} — {scope_words(mandate)}"


def written_mandate_words(written: str) -> str:
    """A mandate as a journal wrote it, in the reader's words; what is no word of ours stays."""
    role, *others = written.split(":")
    names = state_names()
    return " · ".join([str(ROLE_WORDS.get(role, role)), *(names.get(each, each) for each in others)])


def mandates_in_words(mandates: Iterable[Mandate]) -> list[str]:
    """Mandates in lines."""
    return [mandate_words(mandate) for mandate in mandates]


def act_words(act: str) -> str:
    """An act of the journal in words; its own name when it has none yet."""
    return str(ACTS.get(act, act))


def device_words(user_agent: str) -> str:
    """The browser and the device as people name them.

    >>> device_words("Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0")
    'Firefox, Android'
    """
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part) or str(UNKNOWN_DEVICE)


def address_words(address: str) -> str:
    """A shortened address, its hidden part shown as such.

    >>> address_words("196.200.0.0"), address_words("2001:db8::")
    ('196.200.…', '2001:db8:…')
    """
    return f"{address.removesuffix('.0.0')}.…" if "." in address else f"{address.rstrip(':')}:…"


UNKNOWN_DEVICE = gettext_lazy("appareil inconnu")
