"""The flows as a list: narrowed by State, year, status, words, or by what one measure of quality says of them; sorted, paged, taken away."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from concertation.apps.funding.counting import OURS, Money, held_money, in_need
from concertation.apps.funding.models import Flow
from concertation.apps.funding.queries import TRACKING, flow_frame, flow_list
from concertation.apps.funding.words import boundary_words, flow_amount, measure_words, status_words, whole_dollars
from concertation.apps.ground.downloads import language
from concertation.apps.places.models import State
from concertation.core.funding import REASONS
from concertation.core.funding_quality import MEASURES, judged
from concertation.core.sharing import Mandate
from concertation.draw.tables import Column, Source, TakenTable

PAGE_ROWS, LONGEST_NAME = 40, 60
ENDS = ("raw_sha256", "source_names", "destination_names")
SORTS = {"dated": "dated", "amount": "amount_minor", "flow": "flow", "status": "status"}
DEFAULT_SORT = "-amount"
STATUSES = ("paid", "commitment", "pledge")
VERDICTS = ("yes", "no", "unknown")
COLUMNS = (
    Column(key="flow", heading_fr="Flux", heading_en="Flow", tag="#activity+id+fts_internal"), Column(key="version", heading_fr="Version", heading_en="Version", tag="#meta+version"),
    Column(key="sources", heading_fr="Origine", heading_en="Source", tag="#org+name+funder"), Column(key="destinations", heading_fr="Destination", heading_en="Destination", tag="#org+name+impl"),
    Column(key="states", heading_fr="Pays", heading_en="Countries", tag="#country+code"), Column(key="amount", heading_fr="Montant (USD)", heading_en="Amount (USD)", tag="#value+funding+usd", numeric=True),
    Column(key="original", heading_fr="Montant d'origine", heading_en="Original amount", tag="#value+funding+original", numeric=True), Column(key="currency", heading_fr="Monnaie d'origine", heading_en="Original currency", tag="#value+currency"),
    Column(key="status", heading_fr="Statut", heading_en="Status", tag="#status+text"), Column(key="dated", heading_fr="Date", heading_en="Date", tag="#date"), Column(key="decided", heading_fr="Décidé le", heading_en="Decided on", tag="#date+decision"),
    Column(key="reported", heading_fr="Déclaré le", heading_en="Reported on", tag="#date+reported"), Column(key="year", heading_fr="Année", heading_en="Year", tag="#date+year"),
    Column(key="counted", heading_fr="Compté (USD)", heading_en="Counted (USD)", tag="#value+funding+counted", numeric=True), Column(key="reason", heading_fr="Pourquoi", heading_en="Why", tag="#meta+reason"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of the flows; what it does not know is left out."""

    state: str = ""
    year: int | None = None
    status: str = ""
    words: str = ""
    measure: str = ""
    verdict: str = ""
    sort: str = DEFAULT_SORT
    sector: str = ""
    givers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, query: QueryDict, *, states: Iterable[str], year: int | None, sectors: Iterable[str] = (), givers: Mapping[str, frozenset[str]] | None = None) -> "Asked":
        """Read the parameters of the address; a giver only where it is the reader's own."""
        given = {name: query.get(name, "") for name in ("state", "status", "measure", "verdict", "sort")}
        measure = given["measure"] if given["measure"] in MEASURES else ""
        return cls(
            state=given["state"] if given["state"] in states else "", year=year, status=given["status"] if given["status"] in STATUSES else "", words=query.get("q", "").replace("\x00", "")[:120],
            measure=measure, verdict=given["verdict"] if measure and given["verdict"] in VERDICTS else "", sort=given["sort"] if given["sort"].removeprefix("-") in SORTS else DEFAULT_SORT,
            sector=query.get("sector", "") if query.get("sector", "") in sectors else "", givers=(givers or {}).get(query.get("giver", ""), frozenset()),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """The flows asked for, what the product's policy counts of each by its digest, and the money they are part of."""

    asked: Asked
    rows: QuerySet[Flow]
    counted: Mapping[str, tuple[int, str]]
    money: Money


def read(mandates: Sequence[Mandate], asked: Asked) -> Listed:
    """The flows a reader may see, narrowed and in order. Few queries, whatever the number of flows."""
    money = held_money(mandates, state=asked.state, year=asked.year, sector=asked.sector, givers=asked.givers)
    verdicts = zip(money.frame["raw_sha256"], money.counted[OURS].iter_rows(), strict=True)
    counted = {digest: (minor, reason) for digest, (_flow, minor, reason) in verdicts}
    rows = flow_list(mandates, state=asked.state, year=asked.year, status=asked.status, words=asked.words)
    if asked.sector or asked.givers:
        rows = rows.filter(raw_sha256__in=money.frame["raw_sha256"].to_list())
    if asked.measure and asked.verdict:
        rows = rows.filter(raw_sha256__in=judged_as(mandates, money, asked))
    field = SORTS[asked.sort.removeprefix("-")]
    return Listed(asked, rows.order_by(f"-{field}" if asked.sort.startswith("-") else field, "pk"), counted, money)


def judged_as(mandates: Sequence[Mandate], money: Money, asked: Asked) -> list[str]:
    """The counted flows of which a measure says yes, no or nothing, by their digests."""
    if asked.measure == "local_through_one":
        return money.frame.filter(pl.col("parent").is_not_null() & (pl.col("boundary") == "internal"))["raw_sha256"].to_list()
    verdicts = judged(money.frame, in_need=in_need(mandates, year=asked.year or 0) if asked.measure == "lasting" else ())
    said = {"yes": pl.col(asked.measure), "no": ~pl.col(asked.measure), "unknown": pl.col(asked.measure).is_null()}[asked.verdict]
    counted = money.counted[OURS].filter(pl.col("counted_minor") != 0)
    found = verdicts.filter(said.fill_null(value=False)).join(counted, on="flow", how="semi")
    return money.frame.join(found, on="flow", how="semi")["raw_sha256"].to_list()


def table(listed: Listed, query: QueryDict, *, states: Mapping[str, State], years: Sequence[int]) -> dict[str, object]:
    """The flows as the page draws them, a page at a time."""
    page = Paginator(listed.rows, PAGE_ROWS).get_page(query.get("page"))
    keys = (("flow", _("Flux"), False), ("from", _("Origine"), False), ("to", _("Destination"), False), ("amount", _("Montant"), True), ("status", _("Statut"), False), ("dated", _("Date"), False), ("counted", _("Compté"), True))
    ends = ends_of(page, listed)
    return {
        "id": "flows", "caption": caption(listed), "sort": listed.asked.sort, "search": "q", "exports": ["csv", "xlsx", "hxl"], "page": page, "filters": filters(listed.asked, states, years),
        "columns": [{"key": key, "label": label, "numeric": numeric, "sortable": key in SORTS} for key, label, numeric in keys], "rows": [_row(row, ends, listed) for row in page],
        "note": _("Compté : ce que la règle du produit compte de ce flux ; les autres règles sont à la page des règles de comptage."),
        "empty": {"title": _("Aucun flux"), "text": _("Aucun flux ouvert à votre lecture ne répond à ce choix. Un fichier de FTS s'apporte par « Fichiers reçus », ou : ./run import FICHIER.json --state AES")},
    }  # fmt: skip


def caption(listed: Listed) -> str:
    """Which flows these are."""
    if not listed.asked.verdict:
        return _("Flux d'argent, un par ligne")
    said = {"yes": _("oui"), "no": _("non"), "unknown": _("non dit")}[listed.asked.verdict]
    return _("Flux d'argent : %(measure)s, %(verdict)s") % {"measure": measure_words(listed.asked.measure), "verdict": said}


def filters(asked: Asked, states: Mapping[str, State], years: Sequence[int]) -> list[dict[str, object]]:
    """The choices above the list."""
    return [
        {"name": "state", "label": _("État"), "options": [("", _("Tous les États")), *((code, state.name) for code, state in states.items())], "value": asked.state},
        {"name": "year", "label": _("Année"), "options": [("", _("Toutes les années")), *((str(year), str(year)) for year in years)], "value": str(asked.year or "")},
        {"name": "status", "label": _("Statut"), "options": [("", _("Tous")), *((code, status_words(code)) for code in STATUSES)], "value": asked.status},
    ]  # fmt: skip


def ends_of(rows: Iterable[Flow] | Page[Flow], listed: Listed) -> Mapping[str, tuple[str, str]]:
    """The names at both ends of some flows, by digest."""
    wanted = [row.raw_sha256 for row in rows]
    held = listed.money.frame.filter(pl.col("raw_sha256").is_in(wanted)).select(ENDS)
    if beside := set(wanted) - set(held["raw_sha256"]):
        held = pl.concat([held, flow_frame(listed.rows.filter(raw_sha256__in=beside).defer(None)).select(ENDS)])
    return {digest: (", ".join(givers or ()), ", ".join(receivers or ())) for digest, givers, receivers in held.iter_rows()}


def _row(row: Flow, ends: Mapping[str, tuple[str, str]], listed: Listed) -> dict[str, Any]:
    giver, receiver = ends.get(row.raw_sha256, ("", ""))
    counted, reason = listed.counted.get(row.raw_sha256, (0, ""))
    note = _("tenu à côté de FTS") if row.system != TRACKING else "" if reason in ("counted", "") else reason_words(reason)
    return {
        "flow": {"text": row.flow, "url": reverse("funding-flow", args=[row.pk])}, "from": _short(giver), "to": _short(receiver), "amount": flow_amount(row.amount_minor, row.original_minor, row.original_currency),
        "status": status_words(row.status), "dated": row.dated or "–", "counted": {"text": whole_dollars(counted), "note": note},
    }  # fmt: skip


def _short(name: str) -> str:
    if not name:
        return "–"
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def reason_words(code: str) -> str:
    """Why a flow is counted or not, in words."""
    return REASONS[code][language() == "en"] if code in REASONS else boundary_words(code)


def taken(listed: Listed, sources: tuple[Source, ...]) -> TakenTable:
    """Every flow asked for, to take away."""
    rows = list(listed.rows)
    ends = ends_of(rows, listed)
    return TakenTable(title_fr="Flux d'argent", title_en="Flows of money", columns=COLUMNS, rows=[_taken(row, ends, listed) for row in rows], sources=sources)


def _taken(row: Flow, ends: Mapping[str, tuple[str, str]], listed: Listed) -> dict[str, object]:
    giver, receiver = ends.get(row.raw_sha256, ("", ""))
    counted, reason = listed.counted.get(row.raw_sha256, (0, ""))
    return {
        "flow": row.flow, "version": row.reported_version, "sources": giver, "destinations": receiver, "states": row.states.strip("|").replace("|", ", "), "status": row.status,
        "amount": _main(row.amount_minor), "original": _main(row.original_minor), "currency": row.original_currency or None, "dated": row.dated, "decided": row.decided,
        "reported": row.reported, "year": row.year, "counted": _main(counted), "reason": reason_words(reason),
    }  # fmt: skip


def _main(minor: int | None) -> float | int | None:
    return None if minor is None else minor // 100 if minor % 100 == 0 else minor / 100
