"""`./run pledges`: the ledger with its totals, in one currency at stated rates; a statement read with the instalments its lines could pay."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from django.http import QueryDict
from django.utils import timezone
from rich.table import Table

from concertation.apps.funding.words import main_amount
from concertation.apps.mobilisation import ledger_tables, queries
from concertation.apps.mobilisation.publishing.queries import content_of
from concertation.apps.mobilisation.queries import Entry
from concertation.apps.mobilisation.receiving import queries as receiving
from concertation.apps.mobilisation.receiving import reading
from concertation.core.mobilisation.matching import Movement, Queue, matches
from concertation.core.mobilisation.totals import InOne, Total, by_currency
from concertation.site import node
from concertation.site.cli_allocation import show_problems, told
from concertation.site.terminal import AsJson, answer, refuse, screen

app = typer.Typer(help="Promesses : registre, totaux, relevés / pledges.", invoke_without_command=True)
State = Annotated[str, typer.Option("--state", help="État, ou AES pour le cadre / State, or AES for the framework.")]


@app.callback()
def ledger(
    context: typer.Context,
    state: State = "",
    standing: Annotated[str, typer.Option("--standing", help="Où elles en sont / how they stand: due, undated, part, paid, late, taken-back.")] = "",
    to: Annotated[str, typer.Option("--to", help="Monnaie d'un seul total / currency of one total.")] = "",
    rate: Annotated[list[str] | None, typer.Option("--rate", help="Taux dit, XOF=0.0016 : une unité en monnaie de --to / a stated rate.")] = None,
    as_json: AsJson = False,
) -> None:
    """Dit le registre des promesses et ses totaux / tell the ledger of pledges and its totals."""
    if context.invoked_subcommand:
        return
    node.make_ready()
    asked = QueryDict(mutable=True)
    asked.update({"state": state, "standing": standing, "to": to, **rates_of(rate or [])})
    held = ledger_tables.read(node.OPERATOR, ledger_tables.Asked.of(asked), today=timezone.localdate())
    content = {
        "state": state or None, "day": timezone.localdate().isoformat(), "pledges": [pledge_told(each) for each in entries_of(held)], "totals": [total_told(each) for each in held.totals],
        "by_currency": [total_told(each) for each in by_currency(held.totals)], "in_one_currency": one_told(held.in_one) if held.in_one else None,
        "published": [{"owner": row.owner_state, "as_of": row.as_of.isoformat(), "totals": [total_told(each) for each in content_of(row).shown], "withheld": content_of(row).withheld} for row in queries.published(node.OPERATOR)],
    }  # fmt: skip
    if as_json:
        answer(content)
    else:
        show(content)


def entries_of(held: ledger_tables.Ledger) -> list[Entry]:
    """The pledges of a ledger with their instalments, in its order."""
    order = {row.pledge.pk: at for at, row in enumerate(held.rows)}
    known = queries.entries(node.OPERATOR, queries.pledges(node.OPERATOR), today=timezone.localdate())
    return sorted((each for each in known if each.pledge.pk in order), key=lambda each: order[each.pledge.pk])


def rates_of(written: list[str]) -> dict[str, str]:
    """Stated rates as the pages take them. Raises the refusal of one that cannot be read."""
    found = {}
    for each in written:
        code, _equals, value = each.partition("=")
        if ledger_tables.rate_of(value) is None:
            raise refuse(f"« {each} » n'est pas un taux : écrivez XOF=0.0016.", f"“{each}” is not a rate: write XOF=0.0016.", code=2)
        found[f"rate_{code.strip().upper()}"] = value
    return found


def pledge_told(each: Entry) -> dict[str, Any]:
    """A pledge as JSON, amounts in the main unit; what is not held is null."""
    own, stands, code = each.pledge, each.balance, each.pledge.currency
    return {
        "reference": own.reference, "giver_type": own.giver_type, "giver": own.giver or None, "owner": own.owner_state, "kind": own.kind, "what": own.what or None, "currency": code,
        "pledged_on": own.pledged_on.isoformat(), "promised": main_amount(stands.promised, code), "received": main_amount(stands.received, code), "declared": main_amount(each.declared, code),
        "late": main_amount(stands.late, code), "standing": stands.standing.value,
        "instalments": [
            {
                "number": part.instalment.number, "due_on": part.instalment.due_on.isoformat() if part.instalment.due_on else None, "amount": main_amount(part.instalment.minor, code),
                "paid": main_amount(part.paid, code), "left": main_amount(part.left, code), "standing": part.standing.value, "days_late": part.days_late,
            }
            for part in stands.instalments
        ],
    }  # fmt: skip


def total_told(each: Total) -> dict[str, Any]:
    """A total as JSON, amounts in the main unit."""
    amounts = {name: main_amount(getattr(each, name), each.currency) for name in ("promised", "received", "late")}
    return {**asdict(each), **amounts, "giver_type": each.giver_type or None}


def one_told(found: InOne) -> dict[str, Any]:
    """One total at stated rates; null where a rate is missing, since the sum would not be of everything."""
    return {
        "currency": found.promised.currency, "promised": main_amount(found.promised.minor, found.promised.currency) if found.is_whole else None,
        "received": main_amount(found.received.minor, found.received.currency) if found.is_whole else None, "rates": [str(each) for each in found.rates], "problems": [told(each) for each in found.problems],
    }  # fmt: skip


def show(content: dict[str, Any]) -> None:
    """The ledger as a table, then its totals."""
    table = Table("référence / reference", "donateur / giver", "promis / pledged", "reçu / received", "état / standing")
    for each in content["pledges"]:
        promised = "aucun chiffre / no figure" if each["promised"] is None else f"{each['promised']:,} {each['currency']}"
        table.add_row(each["reference"], each["giver"] or each["giver_type"], promised, f"{each['received']:,}", each["standing"])
    screen.print(table if content["pledges"] else "Aucune promesse tenue. / No pledge held.")
    for each in content["by_currency"]:
        screen.print(f"  {each['kind']} · {each['promised']:,} {each['currency']} promis / pledged · {each['received']:,} reçus / received · {each['late']:,} en retard / late")


@app.command()
def statement(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="Relevé de banque ou d'argent mobile / statement of a bank or of mobile money.")],
    state: Annotated[str, typer.Option("--state", help="État dont c'est le compte / State whose account it is.")],
    currency: Annotated[str, typer.Option("--currency", help="Monnaie, si le fichier ne la dit pas / currency, where the file says none.")] = "",
    as_json: AsJson = False,
) -> None:
    """Lit un relevé et propose, sans rien écrire / read a statement and propose, writing nothing."""
    node.make_ready()
    today = timezone.localdate()
    read = reading.read(file, today=today, currency=currency, references=receiving.references(node.OPERATOR, state=state))
    if read.statement is None:
        raise refuse(f"{file.name} n'est pas un relevé.", f"{file.name} is no statement.")
    queue = receiving.waiting(node.OPERATOR, state=state, today=today).queue
    lines = [line_told(line, queue) for line in read.statement.frame.iter_rows(named=True) if (line["amount_minor"] or 0) > 0]
    content = {"state": state, "lines": lines, "matched": sum(bool(each["proposals"]) for each in lines), "problems": [told(each) for each in read.problems]}
    if as_json:
        answer(content)
    else:
        for each in lines:
            screen.print(f"  {each['day']} · {each['amount']:,} {each['currency']} · {', '.join(found['pledge'] for found in each['proposals']) or '–'}")
        show_problems(content["problems"])  # type: ignore[arg-type]


def line_told(line: dict[str, Any], queue: Queue) -> dict[str, Any]:
    """A line of a statement with the instalments it could pay."""
    movement = Movement(line["day"], line["amount_minor"], line["currency"], line["promised"] or "")
    found = matches(movement, queue.candidates(movement))
    return {
        "row": line["row"], "day": line["day"].isoformat() if line["day"] else None, "amount": main_amount(line["amount_minor"], line["currency"]), "currency": line["currency"], "reference": line["reference"],
        "proposals": [{"pledge": each.awaited.reference, "left": main_amount(each.awaited.left, each.awaited.currency), "reasons": list(each.reasons)} for each in found],
    }  # fmt: skip


def register(application: typer.Typer) -> None:
    """Add the commands to the command line."""
    application.add_typer(app, name="pledges")
