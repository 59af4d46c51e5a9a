"""Taking a round away: scenarios by group, the lines of a plan with their reasons, the value of flexibility; CSV, XLSX with its sources, JSON."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.text import slugify

from concertation.apps.allocation import queries, views
from concertation.apps.allocation.models import Round, Scenario
from concertation.apps.allocation.words import earmark_words
from concertation.apps.ground.downloads import FORMATS, attached, table_file
from concertation.apps.ground.drawings import DRAWINGS, drawing_file
from concertation.core.allocation.question import Question
from concertation.core.money import Money
from concertation.core.sharing import Mandate
from concertation.draw.tables import Column, Source, TakenTable, source_lines

STATE = Column(key="state", heading_fr="État", heading_en="State", tag="#country+code")
SECTOR = Column(key="sector", heading_fr="Secteur", heading_en="Sector", tag="#sector+code")
LINE = (
    Column(key="source", heading_fr="Source", heading_en="Source", tag="#org+funder"), Column(key="cell", heading_fr="Besoin", heading_en="Need", tag="#activity+code"), STATE, SECTOR,
    Column(key="amount", heading_fr="Montant", heading_en="Amount", tag="#value+allocated", numeric=True, total=True), Column(key="currency", heading_fr="Monnaie", heading_en="Currency", tag="#currency+code"),
    Column(key="reason_fr", heading_fr="Raison", heading_en="Reason (French)", tag="#description+i_fr"), Column(key="reason_en", heading_fr="Raison (anglais)", heading_en="Reason", tag="#description+i_en"),
    Column(key="by_hand", heading_fr="Changée à la main", heading_en="Changed by hand", tag="#meta+edited"), Column(key="why", heading_fr="Raison du changement", heading_en="Reason for the change", tag="#meta+reason"),
)  # fmt: skip
STREAM = (LINE[0], STATE, SECTOR, LINE[4], LINE[5])
COUNTED = {False: ("Personnes assistées", "People assisted", "#reached"), True: ("Besoin couvert, USD (estimation)", "Need covered, USD (estimate)", "#value+covered")}


def as_file(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file to keep."""
    return attached(content, kind, name)


def frozen_source(asked: Round, scenario: Scenario | None = None) -> Source:
    """Where the figures come from: the question under its hash, and the scenario that answers it."""
    method = f"scenario {scenario.number}, question {scenario.question_sha256}" if scenario else "joint allocation"
    return Source(
        source=f"{asked.title} ({asked.question_name})", date=asked.as_of.isoformat(), licence="", scope=", ".join(asked.states.split()), method=method, id=asked.sha256,
        extracted=asked.created_at.date().isoformat(),
    )  # fmt: skip


def flow_file(asked: Round, shown: Scenario, wanted: str, *, mandates: Sequence[Mandate]) -> HttpResponse:
    """Where the money of a scenario goes: every stream as a table, or the drawing; Http404 for another form."""
    source = frozen_source(asked, shown)
    if wanted in DRAWINGS:
        drawn = str(views.flow(asked, shown, mandates)["drawing"])
        return drawing_file(drawn, wanted, title=views.flow_title(), on=timezone.localdate(), sources="\n".join(source_lines([source])))
    rows = [
        {"source": giver, "state": state, "sector": sector, "amount": main(amount, asked.currency), "currency": asked.currency}
        for giver, state, sector, amount in views.merged(views.streams_named(asked, shown, mandates))
    ]  # fmt: skip
    table = TakenTable(title_fr="D'où vient l'argent et où il va", title_en="Where the money comes from and where it goes", columns=STREAM, rows=rows, sources=(source,))
    return table_file(table, wanted, on=timezone.localdate())


def groups_file(asked: Round, held: Sequence[Scenario], wanted: str) -> HttpResponse:
    """Groups as rows, the coverage and people assisted of each solved scenario as columns."""
    solved = [each for each in held if each.status == "solved"]
    pairs = [
        column for each in solved for column in (
            Column(key=f"coverage{each.number}", heading_fr=f"Couverture, scénario {each.number}", heading_en=f"Coverage, scenario {each.number}", tag=f"#value+coverage+s{each.number}", numeric=True),
            Column(key=f"assisted{each.number}", heading_fr=f"{COUNTED[asked.estimate][0]}, scénario {each.number}", heading_en=f"{COUNTED[asked.estimate][1]}, scenario {each.number}", tag=f"{COUNTED[asked.estimate][2]}+s{each.number}", numeric=True),
        )
    ]  # fmt: skip
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for each in solved:
        for group in queries.overview_of(each).get("groups", ()):
            row = rows.setdefault((group["state"], group["sector"]), {"state": group["state"], "sector": group["sector"], "need": main(group["need"], asked.currency)})
            row |= {f"coverage{each.number}": group["coverage"] / 10_000, f"assisted{each.number}": group["assisted"]}
    need = Column(key="need", heading_fr=f"Besoin ({asked.currency})", heading_en=f"Need ({asked.currency})", tag="#value+required", numeric=True)
    table = TakenTable(
        title_fr=f"Scénarios — {asked.title}", title_en=f"Scenarios — {asked.title}", columns=(STATE, SECTOR, need, *pairs), rows=list(rows.values()),
        sources=tuple(frozen_source(asked, each) for each in solved),
    )  # fmt: skip
    return table_file(table, wanted, on=timezone.localdate())


def plan_lines(scenario: Scenario, question: Question) -> list[dict[str, Any]]:
    """The lines of a plan as it stands: each with its reason, or that it was set by hand and why."""
    answer, changes = queries.answer_of(scenario), {(row.source, row.cell): row for row in queries.line_changes(scenario)}
    reasons = {(line["source"], line["cell"]): line for line in answer.get("lines", ())}
    cells = {cell.id: cell for cell in question.cells}
    lines = []
    for line in queries.plan_as_it_stands(scenario).lines:
        why, by_hand = reasons.get((line.source, line.cell)), changes.get((line.source, line.cell))
        lines.append({
            "source": line.source, "cell": line.cell, "state": cells[line.cell].state, "sector": cells[line.cell].sector, "minor": line.amount, "amount": main(line.amount, question.currency),
            "currency": question.currency, "reason_fr": why["reason_fr"] if why else "", "reason_en": why["reason_en"] if why else "", "by_hand": by_hand is not None,
            "why": by_hand.reason if by_hand else "",
        })  # fmt: skip
    return lines


def lines_file(asked: Round, scenario: Scenario, wanted: str) -> HttpResponse:
    """The lines of a plan; as JSON, the whole answer as the command gives it, with what was changed by hand."""
    if wanted == "json":
        return as_file(whole_answer(scenario), "application/json", f"{slugify(asked.title)}-{scenario.number}.json")
    if wanted not in FORMATS:
        raise Http404
    table = TakenTable(
        title_fr=f"Plan, scénario {scenario.number} — {asked.title}", title_en=f"Plan, scenario {scenario.number} — {asked.title}", columns=LINE,
        rows=plan_lines(scenario, queries.question_for(asked, scenario)), sources=(frozen_source(asked, scenario),),
    )  # fmt: skip
    return table_file(table, wanted, on=timezone.localdate())


def whole_answer(scenario: Scenario) -> bytes:
    """The answer as the command line gives it, and the lines set by hand beside it."""
    answer = {key: value for key, value in queries.answer_of(scenario).items() if key not in ("minor", "next_million")}
    currency = str(answer.get("currency", ""))
    by_hand = [
        {"source": row.source, "cell": row.cell, "before": main(row.before, currency), "after": main(row.after, currency), "reason": row.reason} for row in queries.line_changes(scenario)
    ]
    return json.dumps(answer | {"changed_by_hand": by_hand}, ensure_ascii=False, indent=1).encode()


def flexibility_file(asked: Round, scenario: Scenario, lines: Sequence[dict[str, Any]], wanted: str) -> HttpResponse:
    """The values of flexibility the reader may read, in alphabetical order of the earmark."""
    columns = (
        Column(key="earmark", heading_fr="Affectation", heading_en="Earmark", tag="#meta+earmark"), Column(key="donor", heading_fr="Donateur", heading_en="Donor", tag="#org+funder"),
        Column(key="amount", heading_fr=f"Montant ({asked.currency})", heading_en=f"Amount ({asked.currency})", tag="#value", numeric=True),
        *(
            Column(key=f"{kind}_{end}", heading_fr=f"{french}, {low_fr}", heading_en=f"{english}, {low_en}", tag=f"#indicator+{kind}+{end}", numeric=True)
            for kind, french, english in (("step", "Personnes de plus par million, un cran plus souple", "More people per million, one step softer"), ("months", "Personnes de plus par million, trois mois de plus", "More people per million, three months longer"))
            for end, low_fr, low_en in (("low", "bas", "low"), ("high", "haut", "high"))
        ),
        Column(key="reply", heading_fr="Réponse du donateur", heading_en="Donor's reply", tag="#description+reply"),
    )  # fmt: skip
    rows = [
        {
            "earmark": earmark_words(line["earmark"]), "donor": line["donor"], "amount": main(line["amount"], asked.currency), "reply": line["reply"].text if line["reply"] else "",
            **{f"{kind}_{end}": round(line[kind][at]) if line[kind] else None for kind in ("step", "months") for at, end in enumerate(("low", "high"))},
        }
        for line in lines
    ]  # fmt: skip
    table = TakenTable(
        title_fr=f"Valeur de la souplesse, scénario {scenario.number} — {asked.title}", title_en=f"Value of flexibility, scenario {scenario.number} — {asked.title}", columns=columns,
        rows=sorted(rows, key=lambda row: (str(row["earmark"]), str(row["donor"]))), sources=(frozen_source(asked, scenario),),
    )  # fmt: skip
    return table_file(table, wanted, on=timezone.localdate())


def main(minor: int, currency: str) -> float | int:
    """An amount in the main unit as a spreadsheet takes it: whole where it is."""
    exact: Decimal = Money(minor, currency).main
    return int(exact) if exact == exact.to_integral_value() else float(exact)
