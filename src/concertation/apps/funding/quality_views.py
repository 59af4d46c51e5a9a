"""The quality of money as honest bars: the part, the rest, and what no source says, each with its amount and its flows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.funding.counting import OURS, Money
from concertation.apps.funding.ledgers import Shares
from concertation.apps.funding.words import (
    NARROW,
    amount_words,
    grouped,
    in_millions,
    main_amount,
    measure_words,
    none_held,
    share_words,
)
from concertation.apps.ground.downloads import language
from concertation.core.funding import total
from concertation.core.funding_quality import Quality, Share
from concertation.core.mobilisation.quality import LedgerShare
from concertation.draw.tables import Column, Source, TakenTable

MAIN = ("flexible", "predictable", "lasting", "local")
WORTH_SAYING = Fraction(1, 10)
BESIDE = ("paid_on_time", "domestic", "local_through_one", "private", "diaspora")
COLUMNS = (
    Column(key="measure", heading_fr="Mesure", heading_en="Measure", tag="#indicator+name"), Column(key="code", heading_fr="Code", heading_en="Code", tag="#indicator+code"),
    Column(key="share", heading_fr="Part (0 à 1)", heading_en="Share (0 to 1)", tag="#indicator+value+num", numeric=True),
    Column(key="part", heading_fr="Numérateur", heading_en="Numerator", tag="#value+part", numeric=True), Column(key="whole", heading_fr="Dénominateur", heading_en="Denominator", tag="#value+whole", numeric=True),
    Column(key="unknown", heading_fr="Non dit", heading_en="Unknown", tag="#value+unknown", numeric=True), Column(key="currency", heading_fr="Monnaie", heading_en="Currency", tag="#value+currency"), Column(key="flows", heading_fr="Flux", heading_en="Flows", tag="#meta+count", numeric=True),
    Column(key="unknown_flows", heading_fr="Flux qui ne disent rien", heading_en="Flows that do not say", tag="#meta+count+unknown", numeric=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """One measure as the page draws it: the words, the share, the strips of the bar (start and length from 0 to 100), what is behind each."""

    code: str
    name: str
    share: str
    is_held: bool
    told: str
    strips: tuple[Mapping[str, object], ...]
    behind: tuple[tuple[str, str], ...]
    note: str = ""
    ledger: tuple[str, ...] = ()


def bars(found: Quality, names: Sequence[str], behind: Mapping[str, object], *, ledger: Shares | None = None) -> list[Bar]:
    """Some measures as bars (`behind` is what was asked of the flows: state, year, sector, giver); where the ledger of pledges says something of one, it stands beside what FTS says."""
    return [with_ledger(bar(name, found.shares[name], behind), found.shares[name], (ledger or {}).get(name, ())) for name in names]


def with_ledger(shown: Bar, share: Share, held: Sequence[LedgerShare]) -> Bar:
    """A measure with what the ledger says of it, one currency after the other; alone where FTS says nothing."""
    lines = ledger_lines(held)
    if not lines:
        return shown
    return replace(shown, ledger=lines) if share.is_held else replace(shown, share=_("au registre des promesses"), is_held=False, told="", ledger=lines)


def ledger_lines(held: Sequence[LedgerShare]) -> tuple[str, ...]:
    """What the ledger says in each currency: the share, its two amounts, and what it does not know; nothing where it knows nothing."""
    return tuple(
        (_("%(share)s : %(part)s sur %(whole)s, dont %(unknown)s non dit") if each.share.unknown else _("%(share)s : %(part)s sur %(whole)s")) % {
            "share": share_words(each.share.share), "part": amount_words(each.share.part, each.currency), "whole": amount_words(each.share.whole, each.currency), "unknown": amount_words(each.share.unknown, each.currency),
        }
        for each in held if each.share.is_held
    )  # fmt: skip


def bar(name: str, share: Share, behind: Mapping[str, object]) -> Bar:
    """One measure: its share of all the money, and beside it what no source says."""
    if not share.is_held:
        return Bar(name, measure_words(name), none_held(), False, why_none(name, share), (), (), "")
    rest = share.whole - share.part - share.unknown
    parts = (("yes", "q0", share.part, _("oui")), ("no", "q2", rest, _("non")), ("unknown", "none", share.unknown, _("non dit")))
    return Bar(
        name, measure_words(name), share_words(share.share), True, told(share), tuple(strips(parts, share.whole)),
        tuple((_("%(words)s : %(amount)s") % {"words": words, "amount": in_millions(amount)}, address({**behind, "measure": name, "verdict": verdict})) for verdict, _css, amount, words in parts if amount), note_of(name),
    )  # fmt: skip


def strips(parts: Sequence[tuple[str, str, int, str]], whole: int) -> list[dict[str, object]]:
    """The parts of a bar one after the other."""
    at, made = 0.0, list[dict[str, object]]()
    for _verdict, css, amount, words in parts:
        length = 100 * max(amount, 0) / whole if whole else 0.0
        made.append({"css": css, "start": f"{at:.2f}", "length": f"{length:.2f}", "words": words})
        at += length
    return made


def told(share: Share) -> str:
    """The amounts behind a share."""
    words = {"part": in_millions(share.part), "whole": in_millions(share.whole), "unknown": share_words(share.unknown_share)}
    return _("%(part)s sur %(whole)s comptés ; %(unknown)s de l'argent ne dit rien") % words if share.unknown else _("%(part)s sur %(whole)s comptés") % words


def why_none(name: str, share: Share) -> str:
    """Why no figure is held."""
    if share.whole <= 0:
        return _("Aucun flux tenu ne compte pour ce choix.")
    if name == "paid_on_time":
        return _("FTS ne dit pas le jour promis ; le registre des promesses ouvert à votre lecture non plus.")
    if name == "diaspora":
        return _("FTS et IATI n'ont pas de type pour la diaspora ; aucun flux tenu n'en nomme.")
    if name == "lasting":
        return _("Aucun argent compté ne va là où un plan du pays a demandé de l'aide 3 des 5 dernières années.")
    if name == "local_through_one":
        return _("Aucun lien au-dessous d'un premier destinataire n'est ouvert à votre lecture.")
    return _("Les flux tenus ne portent pas ce champ.")


def note_of(name: str) -> str:
    """What a measure leaves out, where a reader would ask."""
    return {
        "local": _("Les affiliés d'ONG internationales ne comptent pas comme locaux."), "lasting": _("Là où un plan du pays a demandé de l'aide 3 des 5 dernières années."),
        "predictable": _("Du jour de la décision à la fin de la dernière année d'emploi."), "flexible": _("Types du Grand Bargain, tels que FTS les donne."),
    }.get(name, "")  # fmt: skip


def address(asked: Mapping[str, object]) -> str:
    """The flows behind a figure."""
    return f"{reverse('funding-flows')}?{urlencode({key: value for key, value in asked.items() if value})}"


def sentence(money: Money, found: Quality, *, state: str, year: int) -> str:
    """What the page says first."""
    counted = total(money.counted[OURS])
    if not counted:
        return _("Aucun flux ouvert à votre lecture ne compte pour ce choix : aucun chiffre de qualité n'est tenu.")
    where = {"count": grouped(money.frame.height), "amount": in_millions(counted), "year": year, "state": state}
    first = ngettext("%(count)s flux tenu pour %(year)s, %(amount)s comptés", "%(count)s flux tenus pour %(year)s, %(amount)s comptés", money.frame.height) % where
    short = {"flexible": _("souple"), "predictable": _("prévisible"), "lasting": _("durable"), "local": _("local")}
    said = [f"{short[name]} {share_words(found.shares[name].share)}{unsaid_words(found.shares[name])}" for name in MAIN if found.shares[name].is_held]
    return f"{first}{NARROW}: {', '.join(said)}." if said and language() == "fr" else f"{first}: {', '.join(said)}." if said else f"{first}."


def unsaid_words(share: Share) -> str:
    """How much of the money does not say, where it is enough to change the reading."""
    unknown = share.unknown_share
    return _(" (%(share)s non dit)") % {"share": share_words(unknown)} if unknown is not None and unknown >= WORTH_SAYING else ""


def delay_words(found: Quality) -> str:
    """Days from decision to first report."""
    if found.delay.median is None:
        return none_held()
    return _("%(median)s jours au milieu, %(ninth)s jours pour neuf flux sur dix (%(flows)s flux ; %(unknown)s ne disent pas les deux dates)") % {
        "median": found.delay.median, "ninth": found.delay.ninth_of_ten, "flows": grouped(found.delay.flows), "unknown": grouped(found.delay.unknown_flows),
    }  # fmt: skip


def spread_words(found: Quality) -> str:
    """How money spreads over its givers."""
    if not found.spread.givers:
        return none_held()
    told_of = {"givers": found.spread.givers, "first": share_words(found.spread.first_share), "half": found.spread.half_from}
    return _("%(givers)s bailleurs ; le premier donne %(first)s, %(half)s donnent la moitié") % told_of


def taken(found: Quality, sources: tuple[Source, ...], ledger: Shares | None = None) -> TakenTable:
    """Every measure, to take away; what the ledger of pledges says follows, in its own currencies."""
    rows: list[Mapping[str, object]] = [
        {
            "measure": measure_words(name), "code": name, "share": None if share.share is None else round(float(share.share), 4), "part": share.part // 100 if share.is_held else None,
            "whole": share.whole // 100, "unknown": share.unknown // 100, "currency": "USD", "flows": share.flows, "unknown_flows": share.unknown_flows,
        }
        for name, share in found.shares.items()
    ]  # fmt: skip
    rows += [
        {
            "measure": _("%(measure)s, registre des promesses") % {"measure": measure_words(name)}, "code": f"{name}_ledger", "share": None if each.share.share is None else round(float(each.share.share), 4),
            "part": main_amount(each.share.part, each.currency) if each.share.is_held else None, "whole": main_amount(each.share.whole, each.currency), "unknown": main_amount(each.share.unknown, each.currency),
            "currency": each.currency, "flows": each.share.flows, "unknown_flows": each.share.unknown_flows,
        }
        for name, held in (ledger or {}).items() for each in held
    ]  # fmt: skip
    return TakenTable(title_fr="Qualité de l'argent", title_en="Quality of money", columns=COLUMNS, rows=rows, sources=sources)
