"""The picture in words: units of each level as their State calls them, short numbers, dates, and the sentence of a page.

The sentence carries both dates, that of the need and that of presence, and never says 0 for what nobody holds.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.ground.downloads import language
from concertation.apps.needs.queries import LEADING_CONCEPT, HeldFigure, NationalLine
from concertation.apps.picture.measures import VERDICTS
from concertation.apps.picture.queries import Scene
from concertation.core.concepts import INTERSECTORAL
from concertation.core.figures import number_in_words
from concertation.core.periods import Period, day_in_words

MILLION = 1_000_000


def kind_words(state: str, level: int, count: int) -> str:
    """What a State calls its units of a level, in the number asked for ("départements", "cercles")."""
    if level == 1:
        return ngettext("région", "régions", count)
    if level == 2:
        return {
            "BFA": ngettext("province", "provinces", count), "MLI": ngettext("cercle", "cercles", count),
            "TGO": ngettext("préfecture", "préfectures", count),
        }.get(state, ngettext("département", "départements", count))
    return ngettext("canton", "cantons", count) if state == "TGO" else ngettext("commune", "communes", count)


def levels_words(states: Sequence[str], level: int) -> str:
    """The names of a level in several States: "province, cercle, département, préfecture"."""
    return ", ".join(dict.fromkeys(kind_words(state, level, 1) for state in states))


def number(value: int | None) -> str:
    """A whole number as the reader's language writes it, or that no figure is held."""
    return number_in_words(value, language())


def share(part: float) -> str:
    """A share between 0 and 1 as a whole percentage."""
    return f"{part * 100:.0f}%" if language() == "en" else f"{part * 100:.0f}\u202f%"


def short_people(value: int) -> str:
    """A number of people as a sentence says it: "3,44 M de personnes", "423 162 personnes"."""
    if value < MILLION:
        return ngettext("%(count)s personne", "%(count)s personnes", value) % {"count": number(value)}
    millions = f"{value / MILLION:.2f}"
    return _("%(millions)s M de personnes") % {"millions": millions if language() == "en" else millions.replace(".", ",")}


def period_words(start: date | None, end: date | None) -> str:
    """A period in words; empty when no date is held."""
    start, end = start or end, end or start
    return Period(start, end).in_words(language()) if start and end and start <= end else ""


def day_words(day: date) -> str:
    """A day in words."""
    return day_in_words(day, language())


def in_state(iso3: str, name: str) -> str:
    """Where, at the head of a sentence: "Au Niger"."""
    return (_("En %(state)s") if iso3 == "MRT" else _("Au %(state)s")) % {"state": name}


def leader_of(lines: Iterable[NationalLine], state: str, sector: str) -> HeldFigure | None:
    """The figure that leads a State's need in a sector, everyone together; None when none is held."""
    lead = LEADING_CONCEPT.get(sector, "in_need")
    own = (line for line in lines if (line.state, line.concept, line.sector, line.group) == (state, lead, sector, "all"))
    return next((line.standing.leader for line in own if line.standing.leader and line.standing.leader.figure.value is not None), None)


def need_clause(held: HeldFigure | None, *, sector: str, sector_name: str) -> str:
    """What is known of the need, with its dates."""
    if held is None or held.figure.value is None:
        return _("aucun chiffre disponible sur le besoin") + _about(sector, sector_name)
    told = {"people": short_people(held.figure.value), "when": period_words(held.figure.reference_start, held.figure.reference_end) or _("sans date")}
    if sector in LEADING_CONCEPT:
        words = _("%(people)s en phase 3 ou pire (%(when)s)") % told
    elif sector == INTERSECTORAL:
        words = _("%(people)s dans le besoin, tous secteurs (%(when)s)") % told
    else:
        words = _("%(people)s dans le besoin en %(sector)s (%(when)s)") % {**told, "sector": sector_name.lower()}
    return words + (_(", chiffre estimé") if held.figure.status == "estimated" else "")


def _about(sector: str, sector_name: str) -> str:
    return "" if sector == INTERSECTORAL else _(" (%(sector)s)") % {"sector": sector_name.lower()}


def presence_clause(scene: Scene, *, whole: bool, units: str) -> str:
    """What may be said of presence, with the day of the report and how many organisations reported."""
    if scene.restricted:
        return _("la présence en protection n'est ouverte qu'à l'État et au détenteur")
    if scene.period is None:
        return _("aucun rapport de présence reçu") if whole else _("aucun rapport de présence ouvert à votre lecture")
    when = day_words(scene.period[1])
    if scene.reporting is None:
        return _("le dernier rapport (au %(day)s) ne couvre pas ce secteur, rien ne peut en être dit") % {"day": when}
    reported = reported_words(scene.reporting, scene.expected)
    told = {"declared": number(scene.counted("declared")), "all": number(len(scene.rows)), "units": units, "day": when, "reported": reported}
    return _("dans %(declared)s %(units)s sur %(all)s une activité est déclarée (au %(day)s, %(reported)s)") % told


def reported_words(declared: int, expected: int | None) -> str:
    """How many organisations have declared, and of how many where that is known."""
    if expected is None:
        return ngettext("%(count)s organisation a déclaré", "%(count)s organisations ont déclaré", declared) % {"count": number(declared)}
    told = {"count": number(declared), "all": number(expected)}
    return ngettext("%(count)s organisation sur %(all)s a déclaré", "%(count)s organisations sur %(all)s ont déclaré", declared) % told


def sentence(scene: Scene, held: HeldFigure | None, *, state_name: str, sector_name: str, whole: bool) -> str:
    """One State's clause: need and presence, each with its date."""
    asked = scene.asked
    units = kind_words(asked.state, asked.level, scene.counted("declared"))
    return _("%(where)s, %(need)s ; %(presence)s.") % {
        "where": in_state(asked.state, state_name), "need": need_clause(held, sector=asked.sector, sector_name=sector_name),
        "presence": presence_clause(scene, whole=whole, units=units),
    }  # fmt: skip


def verdict_words(verdict: str, *, whole: bool) -> str:
    """A verdict in the reader's language; who does not read the State's confidential rows is not told of their absence."""
    open_words = _("aucun rapport reçu") if whole else _("aucun rapport ouvert à votre lecture")
    words = (_("activité déclarée"), _("aucune activité déclarée"), open_words, _("présence restreinte (protection)"))
    return words[VERDICTS.index(verdict)]
