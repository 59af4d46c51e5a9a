"""Writing money: flows and plan rows of an import in short slices, parties and funds, splits someone states, exchange rates.

A row's id follows from its import and its bytes, so that a slice written again changes nothing. Nothing is ever overwritten.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import polars as pl
from django.db import transaction
from django.db.models import F

from concertation.apps.funding.models import (
    Answer,
    Earmark,
    ExchangeRate,
    Flow,
    FlowParty,
    Fund,
    FundCode,
    GrantPlace,
    Party,
    PlanMoney,
    SplitStated,
)
from concertation.apps.ground.chain import canonical
from concertation.apps.ground.commands import journal
from concertation.apps.sources.models import ImportRun
from concertation.core.funding import FLOW_SCHEMA
from concertation.core.funding_quality import earmark_category
from concertation.core.parties import is_local, party_type
from concertation.core.plan_money import type_of
from concertation.core.sharing import Mandate, Sensitivity
from concertation.core.sharing.visibility import audience_levels
from concertation.formats.fts import Written

MONEY = uuid5(NAMESPACE_URL, "urn:concertation:funding")
BATCH = 500
BETWEEN = "|"
TEXTS = {
    "plan_number": 24, "plan": 300, "code": 40, "plan_type": 20, "type_written": 120, "standing": 12, "cluster_code": 24, "cluster": 200, "sector": 12, "published": 16,
}  # fmt: skip
AMOUNTS = ("requirement_minor", "original_minor", "funding_minor")
WHOLE_SHARE = 1_000_000


def barred(codes: Iterable[str]) -> str:
    """Codes between bars, so that one can be looked for: `|BFA|MLI|`; empty for none."""
    held = list(dict.fromkeys(codes))
    return f"{BETWEEN}{BETWEEN.join(held)}{BETWEEN}"[:1200] if held else ""


def more_closed(level: str) -> str:
    """The level of a link below the first recipient: never public."""
    return Sensitivity.RESTRICTED.value if level == Sensitivity.PUBLIC.value else level


@transaction.atomic
def store_flows(run: ImportRun, rows: pl.DataFrame, organisations: Mapping[str, Sequence[Written]]) -> None:
    """Store some flows of an import with their parties and earmarks. Columns in: FLOW_SCHEMA, row, received, owner, states, year, below_first, system.

    `organisations` are those at the ends of each flow, by its digest. Flows stored before an interruption stay as they are.
    """
    parties = register_parties((each for written in organisations.values() for each in written), system=str(rows["system"][0]), share_as=run.share_as)
    lines = rows.to_dicts()
    flows = [_flow(run, line) for line in lines]
    Flow.objects.bulk_create(flows, batch_size=BATCH, ignore_conflicts=True)
    held = frozenset(Flow.objects.filter(pk__in=[flow.pk for flow in flows]).values_list("pk", flat=True))
    links = [
        FlowParty(id=uuid5(flow.pk, f"{party}{each.role}"), flow=flow, party_id=party, role=each.role)
        for flow in flows if flow.pk in held
        for each in organisations.get(flow.raw_sha256, ()) if (party := parties.get(known_as(str(rows["system"][0]), each)))
    ]
    FlowParty.objects.bulk_create(links, batch_size=BATCH, ignore_conflicts=True)
    marks = [mark for flow, line in zip(flows, lines, strict=True) for mark in _earmarks(flow, line)]
    Earmark.objects.bulk_create(marks, batch_size=BATCH, ignore_conflicts=True)


def _flow(run: ImportRun, line: Mapping[str, Any]) -> Flow:
    told = {name: line[name] for name in FLOW_SCHEMA}
    return Flow(
        id=uuid5(MONEY, f"{run.pk}|{line['flow']}|{line['raw_sha256']}"), import_run=run, owner_state=line["owner"], holder=run.holder,
        sensitivity=more_closed(run.share_as) if line["below_first"] else run.share_as, row=line["row"], system=line["system"], flow=line["flow"][:80],
        reported_version=line["version"] or 0, raw_sha256=line["raw_sha256"], received=line["received"], columns=json.dumps(told, default=str, ensure_ascii=False).encode(),
        status=(line["status"] or "")[:16], flow_type=(line["flow_type"] or "")[:24], boundary=(line["boundary"] or "")[:12], on_boundary=(line["on_boundary"] or "")[:12],
        amount_minor=line["amount_minor"], currency=line["currency"], original_minor=line["original_minor"], original_currency=(line["original_currency"] or "")[:8],
        dated=line["dated"], decided=line["decided"], reported=line["reported"], year=line["year"], states=barred(line["states"]),
        parent_flow=(line["parent"] or "")[:80], below_first=line["below_first"], description=line["description"] or "",
    )  # fmt: skip


def _earmarks(flow: Flow, line: Mapping[str, Any]) -> Iterable[Earmark]:
    for text in line["earmarks"] or ():
        yield Earmark(id=uuid5(flow.pk, f"earmark {text}"), flow=flow, category=earmark_category(text), text=text)


def known_as(system: str, written: Written) -> str:
    """How a party is known at its source: by its number, else by its name."""
    return f"{system}:{written.number or written.name}"[:120]


def register_parties(written: Iterable[Written], *, system: str, share_as: str) -> dict[str, UUID]:
    """The parties of some flows, those new to the node registered; a pooled fund is also a fund. Gives back their ids by how they are known."""
    by_key = {known_as(system, each): each for each in written if each.name}
    level = Sensitivity.PUBLIC.value if share_as == Sensitivity.PUBLIC.value else Sensitivity.RESTRICTED.value
    made = [_party(key, each, level) for key, each in by_key.items()]
    Party.objects.bulk_create(made, batch_size=BATCH, ignore_conflicts=True)
    Party.objects.filter(known_as__in=list(by_key), sensitivity=Sensitivity.RESTRICTED.value).update(sensitivity=level)
    held = dict(Party.objects.filter(known_as__in=list(by_key)).values_list("known_as", "pk"))
    pooled = [(key, each) for key, each in by_key.items() if party_type(each.types) == "pooled_fund"]
    funds = [_fund(held[key], each, level) for key, each in pooled]
    Fund.objects.bulk_create(funds, batch_size=BATCH, ignore_conflicts=True)
    return held


def _party(key: str, written: Written, level: str) -> Party:
    return Party(
        id=uuid5(MONEY, f"party {key}"), owner_state="AES", sensitivity=level, known_as=key, name_fr=written.name[:240], name_en=written.name[:240],
        party_type=party_type(written.types), type_written=", ".join(written.types)[:160], is_local=is_local(written.types),
    )  # fmt: skip


def _fund(party: UUID, written: Written, level: str) -> Fund:
    kind = "cbpf" if "Country-based" in written.types else "cerf" if "central emergency" in written.name.casefold() else "global_pooled" if "Global" in written.types else "pooled"
    return Fund(id=uuid5(MONEY, f"fund {party}"), owner_state="AES", sensitivity=level, party_id=party, name_fr=written.name[:240], name_en=written.name[:240], kind=kind, currency="USD")


@transaction.atomic
def store_plan_rows(run: ImportRun, rows: pl.DataFrame, *, source: str) -> None:
    """Store some plan rows of an import. Columns in: PLAN_SCHEMA, owner, extracted_on. Rows stored before stay as they are.

    A table of clusters does not say the type of its plans: it is the one held for the same code.
    """
    types = dict(PlanMoney.objects.filter(code__in=rows["code"].drop_nulls().unique().to_list()).exclude(plan_type="").values_list("code", "plan_type"))
    made = [
        PlanMoney(
            id=uuid5(MONEY, f"{run.pk}|{line['row']}|{line['raw_sha256']}"), import_run=run, owner_state=line["owner"], holder=run.holder, sensitivity=run.share_as,
            source_id=source, row=line["row"], **_plan_columns({**line, "plan_type": line["plan_type"] or types.get(line["code"] or "")}),
        )
        for line in rows.to_dicts()
    ]  # fmt: skip
    PlanMoney.objects.bulk_create(made, batch_size=BATCH, ignore_conflicts=True)


def _plan_columns(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: (line[name] or "")[:longest] for name, longest in TEXTS.items()}, **{name: line[name] for name in AMOUNTS}, "level": line["level"], "state": line["state"] or "",
        "states": barred(line["states"] or ())[:480], "year": line["year"], "start": line["start"], "end": line["end"], "currency": line["currency"],
        "extracted_on": line["extracted_on"], "raw_sha256": line["raw_sha256"],
    }  # fmt: skip


@transaction.atomic
def store_codes(run: ImportRun, rows: pl.DataFrame) -> None:
    """Store some lines of a code table of the funds. Columns in: CODE_SCHEMA, owner."""
    kept = ("row", "year", "opens", "closes", "planned_minor", "approved_minor", "projects", "currency", "raw_sha256", "code_list")
    made = [
        FundCode(
            id=uuid5(MONEY, f"{run.pk}|code|{line['raw_sha256']}"), import_run=run, owner_state=line["owner"], holder=run.holder, sensitivity=run.share_as,
            code=line["code"][:40], name=line["name"][:300], short=(line["short"] or "")[:60], fund=(line["fund"] or "")[:24], **{name: line[name] for name in kept},
        )
        for line in rows.to_dicts()
    ]  # fmt: skip
    FundCode.objects.bulk_create(made, batch_size=BATCH, ignore_conflicts=True)


@transaction.atomic
def store_places(run: ImportRun, rows: pl.DataFrame) -> None:
    """Store where projects of a pooled fund spend; never public. Columns in: those of `fund_files.spending` and owner. Rows stored before stay."""
    made = [
        GrantPlace(
            id=uuid5(MONEY, f"{run.pk}|place|{line['row']}"), import_run=run, owner_state=line["owner"], holder=run.holder, sensitivity=more_closed(run.share_as), row=line["row"],
            code=(line["code"] or "")[:120], cluster=(line["cluster"] or "")[:200], places=line["places"] or [], amount_minor=line["amount_minor"], currency=line["currency"],
            year=line["year"], raw_sha256=line["raw_sha256"],
        )
        for line in rows.to_dicts()
    ]  # fmt: skip
    GrantPlace.objects.bulk_create(made, batch_size=BATCH, ignore_conflicts=True)


@transaction.atomic
def load_plan_rows(plans: pl.DataFrame, clusters: pl.DataFrame, *, holders: Mapping[str, str]) -> None:
    """Make the plan rows of the reference set those of its tables `funding_plans` and `funding_clusters`; a file's rows are never touched."""
    lines = [*_reference_rows(plans, "plan"), *_reference_rows(clusters, "")]
    made = [
        PlanMoney(
            id=uuid5(MONEY, f"reference|{place}|{line['raw_sha256']}"), owner_state=line["state"], holder=holders.get(line["source"], ""),
            sensitivity=Sensitivity.PUBLIC.value, source_id=line["source"], **_plan_columns(line),
        )
        for place, line in enumerate(lines)
    ]  # fmt: skip
    PlanMoney.objects.filter(import_run__isnull=True).delete()
    PlanMoney.objects.bulk_create(made, batch_size=BATCH)


def _reference_rows(table: pl.DataFrame, level: str) -> Iterable[dict[str, Any]]:
    for line in table.to_dicts():
        content = canonical({name: str(value) for name, value in line.items() if value is not None})
        asked, held = (None if line[name] is None else 100 * int(line[name]) for name in ("requirement", "funding"))
        yield {
            **dict.fromkeys(("plan_number", "cluster_code", "cluster", "sector", "published", "standing"), None), **line, "level": level or line["cluster_level"], "states": [line["state"]],
            "type_written": line["plan_type"], "plan_type": type_of(line["plan_type"]), "standing": line.get("standing") or ("named" if line["code"] else "outside"),
            "requirement_minor": asked, "original_minor": None, "funding_minor": held, "currency": line["measure"],
            "raw_sha256": sha256(content).hexdigest(),
        }  # fmt: skip


@transaction.atomic
def keep_answer(run: ImportRun, envelope: bytes) -> None:
    """Keep what surrounds the flows of an answer, so that it can be written again whole."""
    Answer.objects.update_or_create(import_run=run, defaults={"envelope": envelope})


@transaction.atomic
def take_back(run: ImportRun) -> None:
    """Remove what an import that was cancelled had stored."""
    Flow.objects.filter(import_run=run).delete()
    PlanMoney.objects.filter(import_run=run).delete()
    GrantPlace.objects.filter(import_run=run).delete()
    FundCode.objects.filter(import_run=run).delete()
    Answer.objects.filter(import_run=run).delete()


@transaction.atomic
def close_further(run: ImportRun, level: Sensitivity) -> int:
    """Close the rows of an import to a level; those closed further already stay. Gives back how many changed."""
    more_open = [each.value for each in audience_levels(level) if each is not level]
    closed = {"sensitivity": level.value, "version": F("version") + 1}
    tables = (Flow, PlanMoney, GrantPlace, FundCode)
    return sum(table.objects.filter(import_run=run, sensitivity__in=more_open).update(**closed) for table in tables)


@transaction.atomic
def state_split(*, system: str, flow: str, state: str, year: int, millionths: int, by: Mandate) -> bool:
    """Someone says which share of a shared flow is one State's in one year; False when the shares would pass the whole."""
    others = SplitStated.objects.select_for_update().filter(system=system, flow=flow).exclude(state=state, year=year)
    if not 0 < millionths <= WHOLE_SHARE - sum(others.values_list("millionths", flat=True)):
        return False
    SplitStated.objects.update_or_create(system=system, flow=flow, state=state, year=year, defaults={"millionths": millionths, "stated_by": by.person})
    journal("funding.split-stated", by, state=state, period=str(year), flow=flow, system=system, millionths=millionths)
    return True


@transaction.atomic
def load_rates(table: pl.DataFrame) -> None:
    """Make the rates that nobody stated here those of the reference set's table; those a person stated stay."""
    ExchangeRate.objects.filter(stated_by="").delete()
    ExchangeRate.objects.bulk_create([
        ExchangeRate(base=line["base"], quote=line["quote"], on=line["on"], numerator=line["numerator"], denominator=line["denominator"], source_id=line["source"])
        for line in table.to_dicts()
    ])  # fmt: skip

