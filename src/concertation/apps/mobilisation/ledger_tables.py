"""The ledger as a table: narrowed, sorted, totalled by type of giver and currency, brought into one currency at the reader's own rates, taken away."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import polars as pl
from django.core.paginator import Paginator
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.funding.words import NARROW, amount_words, grouped, main_amount
from concertation.apps.ground.downloads import language
from concertation.apps.mobilisation import words
from concertation.apps.mobilisation.gaps import coded
from concertation.apps.mobilisation.ledger_reading import Line, ledger_of, lines_of, totals_in
from concertation.apps.mobilisation.models import GIVER_TYPES, KINDS
from concertation.apps.mobilisation.queries import pledges
from concertation.apps.search.words import state_names
from concertation.apps.sources.taken_sources import own_register
from concertation.core.mobilisation.ledger import Kind, Standing
from concertation.core.mobilisation.totals import InOne, Total, by_currency, in_one
from concertation.core.money import DIGITS, Rate, Rates
from concertation.core.sharing import Mandate
from concertation.core.spelling import fold
from concertation.draw.tables import Column, TakenTable

PAGE_ROWS = 40
SORTS = ("reference", "giver", "pledged_on", "amount", "received", "left", "next_due", "standing")
DEFAULT_SORT = "-pledged_on"
LONGEST_RATE = 20
RATE = re.compile(r"\d{1,9}(\.\d{1,10})?", re.ASCII)
COLUMNS = (
    Column(key="reference", heading_fr="Référence", heading_en="Reference", tag="#activity+code"), Column(key="giver_type", heading_fr="Type de donateur", heading_en="Type of giver", tag="#org+type+funder"),
    Column(key="giver", heading_fr="Donateur", heading_en="Giver", tag="#org+name+funder"), Column(key="owner", heading_fr="Promis à", heading_en="Promised to", tag="#country+code"),
    Column(key="states", heading_fr="Pour les États", heading_en="For the States", tag="#country+code+list"), Column(key="sectors", heading_fr="Pour les secteurs", heading_en="For the sectors", tag="#sector+code+list"),
    Column(key="kind", heading_fr="Forme", heading_en="Kind", tag="#value+type"), Column(key="amount", heading_fr="Promis", heading_en="Pledged", tag="#value+pledged+num", numeric=True),
    Column(key="currency", heading_fr="Monnaie", heading_en="Currency", tag="#value+currency"), Column(key="received", heading_fr="Reçu", heading_en="Received", tag="#value+received+num", numeric=True),
    Column(key="declared", heading_fr="Déclaré par le donateur, non confirmé", heading_en="Declared by the giver, not confirmed", tag="#value+declared+num", numeric=True),
    Column(key="late", heading_fr="En retard", heading_en="Late", tag="#value+late+num", numeric=True), Column(key="pledged_on", heading_fr="Promis le", heading_en="Pledged on", tag="#date+pledged"),
    Column(key="next_due", heading_fr="Jour attendu", heading_en="Day awaited", tag="#date+due"), Column(key="standing", heading_fr="État", heading_en="Standing", tag="#status+code"),
    Column(key="what", heading_fr="En nature", heading_en="In kind", tag="#item+name"), Column(key="valued_by", heading_fr="Valeur donnée par", heading_en="Valued by", tag="#value+source"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of the ledger; what it does not know is left out."""

    state: str = ""
    giver_type: str = ""
    kind: str = ""
    standing: str = ""
    words: str = ""
    sort: str = DEFAULT_SORT
    to: str = ""
    rates: Mapping[str, Fraction] = field(default_factory=dict)

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        """Read the parameters of the address."""
        known = {"state": set(state_names()) | {words.FRAMEWORK}, "giver_type": set(dict(GIVER_TYPES)), "kind": set(dict(KINDS)), "standing": {each.value for each in Standing}}
        given = {name: value if (value := query.get(name, "")) in values else "" for name, values in known.items()}
        sort, to = query.get("sort", ""), query.get("to", "")
        rates = {code: rate for code in DIGITS if (rate := rate_of(query.get(f"rate_{code}", "")))}
        return cls(**given, words=query.get("q", "").replace("\x00", "")[:120], sort=sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT, to=to if to in DIGITS else "", rates=rates)


def rate_of(written: str) -> Fraction | None:
    """A rate as a reader writes it, above nothing; none for anything else.

    >>> rate_of("655,957"), rate_of("0"), rate_of("x"), rate_of("1e99999999")
    (Fraction(655957, 1000), None, None, None)
    """
    plain = "".join(written.split()).replace(",", ".")
    read = Fraction(plain) if RATE.fullmatch(plain) else Fraction(0)
    return read if read > 0 else None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The pledges asked for, in order, with their totals; the total in one currency where rates were stated."""

    asked: Asked
    frame: pl.DataFrame
    totals: tuple[Total, ...]
    in_one: InOne | None

    @property
    def rows(self) -> list[Line]:
        """Every pledge asked for, as lines."""
        return list(lines_of(self.frame))


def read(mandates: Sequence[Mandate], asked: Asked, *, today: date) -> Ledger:
    """The ledger a reader may see. Four queries, however many pledges there are."""
    held = narrowed(ledger_of(mandates, pledges(mandates), today=today), asked)
    added = totals_in(held)
    return Ledger(asked, ordered(held, asked.sort), added, in_one(added, to=asked.to, on=today, rates=stated(asked, today)) if asked.to else None)


def stated(asked: Asked, today: date) -> Rates:
    """The rates the reader stated: what one main unit of each currency is worth in the one wanted."""
    return Rates.of(Rate(code, asked.to, value, today, _("taux dit par le lecteur")) for code, value in asked.rates.items() if code != asked.to)


def narrowed(held: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    """The pledges that answer the choices."""
    if asked.state:
        held = held.filter((pl.col("owner_state") == asked.state) | pl.col("states").str.contains(f"|{asked.state}|", literal=True))
    for name in ("giver_type", "kind", "standing"):
        if wanted := getattr(asked, name):
            held = held.filter(pl.col(name) == wanted)
    if not asked.words:
        return held
    wanted = fold(asked.words)
    return held.filter(pl.Series([wanted in fold(" ".join(row)) for row in held.select("reference", "giver", "what").iter_rows()], dtype=pl.Boolean))


def ordered(held: pl.DataFrame, sort: str) -> pl.DataFrame:
    """The pledges in the order of a column; amounts within their currency, what is not held first, and a day not awaited last."""
    name = sort.removeprefix("-")
    keys: Mapping[str, list[pl.Expr | pl.Series]] = {
        **{amount: [pl.col("currency"), pl.col(column).fill_null(-1)] for amount, column in (("amount", "promised"), ("received", "received"), ("left", "left"))},
        "next_due": [pl.col("next_due").fill_null(date.max)], "reference": [], "pledged_on": [pl.col("pledged_on")],
        "standing": [pl.col("standing").replace_strict({each.value: words.standing_words(each) for each in Standing}, return_dtype=pl.String)],
        "giver": [pl.Series("giver", [fold(words.giver_words(each.pledge)) for each in lines_of(held)], dtype=pl.String)] if name == "giver" else [],
    }  # fmt: skip
    return held.sort([*keys[name], pl.col("reference")], descending=sort.startswith("-"))


def sentences(ledger: Ledger) -> list[str]:
    """What the page says first: how many pledges, what they promise and bring in each currency."""
    count = ledger.frame.height
    if not count:
        return []
    first = ngettext("%(count)s promesse, celle que votre mandat ouvre.", "%(count)s promesses, celles que votre mandat ouvre.", count) % {"count": grouped(count)}
    return [first, *sums_words(ledger.totals)]


def sums_words(lines: Sequence[Total]) -> list[str]:
    """What some totals promise, brought and owe: one sentence for money and one for what is in kind, the amounts of each currency side by side."""
    found = []
    for kind, told in ((Kind.CASH, _("En argent")), (Kind.IN_KIND, _("En nature, aux valeurs données"))):
        own = sorted((each for each in by_currency(lines) if each.kind == kind), key=lambda each: (each.currency != "XOF", each.currency))
        if own:
            parts = [(_("%(amounts)s promis"), "promised"), (_("%(amounts)s reçus"), "received"), (_("%(amounts)s en retard"), "late")]
            said = [words_of % {"amounts": beside(own, name)} for words_of, name in parts if name == "promised" or any(getattr(each, name) for each in own)]
            stop, colon = (f"{NARROW}; ", f"{NARROW}: ") if language() == "fr" else ("; ", ": ")
            found.append(f"{told}{colon}{stop.join(said)}.")
    return found


def beside(lines: Sequence[Total], name: str) -> str:
    """The amounts of some lines side by side, those that are something."""
    told = [amount_words(getattr(each, name), each.currency) for each in lines if getattr(each, name)]
    return _(" et ").join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else "".join(told) or _("rien")


def table(ledger: Ledger, query: QueryDict) -> dict[str, object]:
    """The pledges as the page draws them, a page at a time."""
    page = Paginator(range(ledger.frame.height), PAGE_ROWS).get_page(query.get("page"))
    shown = lines_of(ledger.frame.slice(max(page.start_index() - 1, 0), PAGE_ROWS))
    keys = (
        ("reference", _("Référence"), False), ("giver", _("Donateur"), False), ("amount", _("Promis"), True), ("received", _("Reçu"), True), ("next_due", _("Jour attendu"), False),
        ("standing", _("État"), False), ("pledged_on", _("Promis le"), False),
    )  # fmt: skip
    return {
        "id": "pledges", "stacks": True, "caption": _("Promesses, une par ligne"), "sort": ledger.asked.sort, "search": "q", "exports": ["csv", "xlsx", "hxl"], "page": page, "filters": filters(ledger.asked),
        "columns": [{"key": key, "label": label, "numeric": numeric, "sortable": key in SORTS} for key, label, numeric in keys], "rows": [_row(each) for each in shown],
        "note": _("Promis n'est pas reçu : n'est reçu que ce que le bénéficiaire a confirmé."),
        "empty": {"title": _("Aucune promesse"), "text": _("Aucune promesse ouverte à votre lecture ne répond à ce choix. Une promesse s'écrit par qui la reçoit, ou par qui la fait.")},
    }  # fmt: skip


def filters(asked: Asked) -> list[dict[str, object]]:
    """The choices above the ledger."""
    states = [(words.FRAMEWORK, words.owner_words(words.FRAMEWORK)), *state_names().items()]
    return [
        {"name": "state", "label": _("État"), "options": [("", _("tous")), *states], "value": asked.state},
        {"name": "giver_type", "label": _("Donateur"), "options": [("", _("tous")), *((code, str(name)) for code, name in GIVER_TYPES)], "value": asked.giver_type},
        {"name": "kind", "label": _("Forme"), "options": [("", _("toutes")), *((code, str(name)) for code, name in KINDS)], "value": asked.kind},
        {"name": "standing", "label": _("Où elle en est"), "options": [("", _("tout")), *((each.value, words.standing_words(each)) for each in Standing)], "value": asked.standing},
    ]  # fmt: skip


def _row(each: Line) -> dict[str, object]:
    own, stands = each.pledge, each.balance
    declared = _("%(amount)s déclarés, à confirmer") % {"amount": amount_words(each.declared, own.currency)} if each.declared else ""
    late = _("%(amount)s en retard") % {"amount": amount_words(stands.late, own.currency)} if stands.late else ""
    return {
        "reference": {"text": own.reference, "url": reverse("pledge", args=[own.pk])},
        "giver": {"text": words.giver_words(own), "note": words.giver_type_words(own.giver_type) if own.giver else ""},
        "amount": {"text": amount_words(stands.promised, own.currency), "note": words.kind_words(own.kind) if own.kind != Kind.CASH else ""},
        "received": {"text": amount_words(stands.received, own.currency) if stands.received else "–", "note": declared},
        "next_due": {"text": words.day_words(stands.next_due) or "–", "note": late}, "standing": words.standing_words(stands.standing), "pledged_on": own.pledged_on,
    }  # fmt: skip


def totals_table(lines: Sequence[Total], *, caption: str, exports: Sequence[tuple[str, str]] = (), withheld: int = 0) -> dict[str, object]:
    """Totals by type of giver, form and currency; no sum of two currencies, nor of money and goods."""
    keys = (("giver", _("Donateurs"), False), ("kind", _("Forme"), False), ("givers", _("Combien"), True), ("promised", _("Promis"), True), ("received", _("Reçu"), True), ("late", _("En retard"), True))
    rows = [
        {
            "giver": words.giver_type_words(each.giver_type), "kind": words.kind_words(each.kind), "givers": each.givers,
            "promised": {"text": amount_words(each.promised, each.currency), "note": without_value_words(each.without_value)},
            "received": amount_words(each.received, each.currency), "late": amount_words(each.late, each.currency),
        }
        for each in lines
    ]  # fmt: skip
    hidden = [ngettext("%(count)s ligne de moins de trois donateurs n'est pas montrée.", "%(count)s lignes de moins de trois donateurs ne sont pas montrées.", withheld) % {"count": withheld}] if withheld else []
    return {
        "id": "totals", "caption": caption, "rows": rows, "unfiltered": True, "exports": exports, "columns": [{"key": key, "label": label, "numeric": numeric, "sortable": False} for key, label, numeric in keys],
        "note": " ".join([_("Chaque monnaie reste à part, et ce qui est en nature n'est pas ajouté à l'argent."), *hidden]),
    }  # fmt: skip


def without_value_words(count: int) -> str:
    """How many pledges in kind bear no value."""
    return ngettext("%(count)s sans valeur connue", "%(count)s sans valeur connue", count) % {"count": count} if count else ""


def one_words(found: InOne) -> list[str]:
    """The totals of money in one currency, with the rates stated; where one is missing, no sum is shown."""
    if not found.is_whole:
        pairs = ", ".join(problem.value for problem in found.problems)
        return [_("Il manque un taux (%(pairs)s) : aucune somme n'est montrée, car elle ne serait pas de tout.") % {"pairs": pairs}]
    told = {"promised": amount_words(found.promised.minor, found.promised.currency), "received": amount_words(found.received.minor, found.received.currency)}
    return [_("En une seule monnaie, aux taux que vous dites : %(promised)s promis, %(received)s reçus.") % told, *([words.rates_words(found.rates)] if found.rates else [])]


def foreign(ledger: Ledger) -> list[str]:
    """The currencies of the money shown, for which a rate may be stated."""
    return sorted({each.currency for each in ledger.totals if each.kind == Kind.CASH})


def taken(ledger: Ledger, *, on: date) -> TakenTable:
    """Every pledge asked for, to take away."""
    return TakenTable(title_fr="Registre des promesses", title_en="Ledger of pledges", columns=COLUMNS, rows=[_taken(each) for each in ledger.rows], sources=(own_register(_("promesses"), on=on),))


def _taken(each: Line) -> dict[str, object]:
    own, stands = each.pledge, each.balance
    return {
        "reference": own.reference, "giver_type": own.giver_type, "giver": own.giver or None, "owner": own.owner_state, "states": ", ".join(coded(own.states)) or None,
        "sectors": ", ".join(coded(own.sectors)) or None, "kind": own.kind, "amount": main_amount(stands.promised, own.currency), "currency": own.currency,
        "received": main_amount(stands.received, own.currency), "declared": main_amount(each.declared, own.currency), "late": main_amount(stands.late, own.currency), "pledged_on": own.pledged_on,
        "next_due": stands.next_due, "standing": stands.standing.value, "what": own.what or None, "valued_by": own.valued_by or None,
    }  # fmt: skip
