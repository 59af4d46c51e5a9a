"""Pages of receiving: a receipt noted, confirmed, taken back; a statement read, its lines matched by a person, put aside, opened again."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access.acting import Entry, answered, done_or_told
from concertation.apps.access.requests import ReaderRequest, found, version_of
from concertation.apps.funding.words import amount_words
from concertation.apps.ground.downloads import language
from concertation.apps.ground.received import as_path
from concertation.apps.mobilisation import queries, words
from concertation.apps.mobilisation.forms import ReceiptForm, StatementForm
from concertation.apps.mobilisation.models import LINE_STATES, PledgeReceipt, Statement, StatementLine
from concertation.apps.mobilisation.pledge_pages import address, in_ledger, pledge_or_404, states_received
from concertation.apps.mobilisation.receiving import commands, reading
from concertation.apps.mobilisation.receiving import queries as received
from concertation.core.mobilisation.ledger import Rest
from concertation.core.mobilisation.matching import Match
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate
from concertation.core.sharing.mobilising import changes_kept, receives_for
from concertation.formats.problem_texts import in_words

RESTS: Mapping[str, Rest] = {"refuse": "refuse", "next": "next", "beyond": "beyond"}


@require_http_methods(["GET", "POST"])
@login_required
def receipt_new(request: ReaderRequest, pledge_id: UUID) -> HttpResponse:
    """Note what was received of a pledge."""
    row = pledge_or_404(request, pledge_id)
    receives = receives_for(request.mandates, row.owner_state)
    by = receives or changes_kept(request.mandates, owner_state=row.owner_state, holder=row.holder)
    if by is None:
        raise PermissionDenied(_("Une réception se note par qui reçoit, ou se déclare par qui tient la promesse."))
    open_parts = [each for each in queries.entry(request.mandates, row, today=timezone.localdate()).balance.instalments if each.left]
    offered = [(str(each.instalment.number), _("versement %(number)s, reste %(left)s") % {"number": each.instalment.number, "left": amount_words(each.left, row.currency)}) for each in open_parts]
    title = _("Noter une réception de %(reference)s") % {"reference": row.reference}
    lead = _("Dite par qui reçoit, elle compte aussitôt.") if receives else _("Déclarée par le donateur, elle compte une fois confirmée par qui reçoit.")
    entry = Entry(title, lead, _("Noter"), address(row), _("Réception notée ; vous pouvez la reprendre."), in_ledger((row.reference, address(row)), (_("Noter une réception"), None)))

    def act(cleaned: Mapping[str, Any]) -> PledgeReceipt:
        said = commands.Received(
            cleaned["amount_minor"], cleaned["currency"], cleaned["received_on"], cleaned["channel"], cleaned["reference"], int(cleaned["instalment"]) if cleaned["instalment"] else None, cleaned["rest"],
        )  # fmt: skip
        return commands.note_receipt(row.pk, said, base_version=cleaned["version"], today=timezone.localdate(), by=by, receives=receives is not None)

    first = {"received_on": timezone.localdate(), "currency": row.currency, "version": row.version, "channel": "delivery" if row.kind != "cash" else "bank"}
    return answered(request, ReceiptForm(request.POST or None, initial=first, instalments=offered), entry, act, to=lambda _made: address(row))


def receipt_or_404(request: ReaderRequest, receipt_id: UUID) -> PledgeReceipt:
    """The receipt of an address, if the reader may see it."""
    return found(queries.receipt(request.mandates, receipt_id))


@require_POST
@login_required
def receipt_confirm(request: ReaderRequest, receipt_id: UUID) -> HttpResponse:
    """The receiving side says that what a giver declared was received."""
    row = receipt_or_404(request, receipt_id)
    by = receiver_or_refuse(request, row.owner_state)
    return done_or_told(request, lambda: commands.confirm_receipt(row.pk, base_version=version_of(request), on=timezone.localdate(), by=by), _("Réception confirmée."), to=address(row.pledge))


@require_POST
@login_required
def receipt_take_back(request: ReaderRequest, receipt_id: UUID) -> HttpResponse:
    """Undo a receipt: by the receiving side, or by the giver while nobody confirmed it."""
    row = receipt_or_404(request, receipt_id)
    own = changes_kept(request.mandates, owner_state=row.owner_state, holder=row.holder) if row.confirmed_on is None else None
    by = own or receiver_or_refuse(request, row.owner_state)
    return done_or_told(request, lambda: commands.take_back_receipt(row.pk, base_version=version_of(request), on=timezone.localdate(), by=by), _("Réception reprise : elle ne compte plus."), to=address(row.pledge))


def receiver_or_refuse(request: ReaderRequest, state: str) -> Mandate:
    """The mandate of the receiving side, or a refusal that says which one is missing."""
    by = receives_for(request.mandates, state)
    if by is None:
        raise PermissionDenied(_("Seul qui reçoit le dit : le gestionnaire des données de l'État, ou l'analyste pour le cadre."))
    return by


@require_http_methods(["GET", "POST"])
@login_required
def statements(request: ReaderRequest) -> HttpResponse:
    """Statements read, and one more to read."""
    states = states_received(request.mandates)
    if not states:
        raise PermissionDenied(_("Les relevés d'un État se lisent par le gestionnaire de ses données."))
    form = StatementForm(request.POST or None, request.FILES or None, states=states)
    if request.method == "POST" and form.is_valid():
        return read_upload(request, form.cleaned_data["file"], currency=form.cleaned_data["currency"], state=form.cleaned_data["state"])
    counts = received.line_counts(request.mandates)
    rows = [{"row": each, "open": counts.get(each.pk, {}).get("open", 0), "settled": counts.get(each.pk, {}).get("settled", 0), "aside": counts.get(each.pk, {}).get("aside", 0), "owner": words.owner_words(each.owner_state)} for each in received.statements(request.mandates)]
    context = {"form": form, "lines": rows, "breadcrumbs": in_ledger((_("Relevés"), None))}
    return render(request, "mobilisation/statements.html", context, status=422 if request.method == "POST" else 200)


def read_upload(request: ReaderRequest, upload: UploadedFile[Any], *, currency: str, state: str) -> HttpResponse:
    """Read a statement that was sent; its bytes are kept no longer than it takes to read them."""
    by, content = receiver_or_refuse(request, state), upload.read()
    digest = hashlib.sha256(content).hexdigest()
    if (known := received.same_statement(request.mandates, state=state, sha256=digest)) is not None:
        messages.info(request, _("Ce relevé a déjà été lu : rien n'a changé."))
        return redirect("statement", statement_id=known.pk)
    with as_path(upload.name or "", [content]) as path:
        read = reading.read(path, today=timezone.localdate(), currency=currency, references=received.references(request.mandates, state=state))
    if read.statement is None:
        return render(request, "mobilisation/statements.html", {"form": StatementForm(states=states_received(request.mandates)), "problems": problem_rows(read.problems), "lines": [], "breadcrumbs": in_ledger((_("Relevés"), None))}, status=422)
    made = commands.keep_statement(read.statement, sha256=digest, currency=currency, state=state, problems=reading.as_kept(read.problems), today=timezone.localdate(), by=by)
    messages.success(request, ngettext("%(count)s ligne d'argent reçu est lue ; rien n'est rapproché sans vous.", "%(count)s lignes d'argent reçu sont lues ; rien n'est rapproché sans vous.", made.lines) % {"count": made.lines})
    return redirect("statement", statement_id=made.pk)


def problem_rows(problems: Sequence[Problem]) -> list[dict[str, object]]:
    """Problems as the page tells them."""
    rows = []
    for each in problems:
        said, english = in_words(each), language() == "en"
        rows.append({
            "code": each.code, "severity": said.severity, "count": 1, "message": said.message_en if english else said.message_fr, "remedy": said.remedy_en if english else said.remedy_fr,
            "value": each.value, "sheet": each.cell.sheet, "row": each.cell.row, "column": each.cell.column,
        })  # fmt: skip
    return rows


def statement_or_404(request: ReaderRequest, statement_id: UUID) -> Statement:
    """The statement of an address, if the reader may see it."""
    return found(received.statement(request.mandates, statement_id))


@require_GET
@login_required
def statement(request: ReaderRequest, statement_id: UUID) -> HttpResponse:
    """The lines of a statement: which instalment each could pay; those nothing matches stay listed."""
    row, today = statement_or_404(request, statement_id), timezone.localdate()
    lines, waiting = received.lines(request.mandates, row), received.waiting(request.mandates, state=row.owner_state, today=today)
    noted = received.noted_alike(request.mandates, state=row.owner_state)
    shown = [line_row(each, waiting, noted) for each in lines]
    wanted = request.GET.get("lines", "open")
    context = {
        "row": row, "lines": [each for each in shown if wanted in ("all", each["state"])], "shown": wanted, "choices": [*((code, str(name)) for code, name in LINE_STATES), ("all", _("toutes"))],
        "counts": {code: sum(each.state == code for each in lines) for code, _name in LINE_STATES}, "problems": problem_rows(reading.told_again(received.problems_of(row))), "may_settle": receives_for(request.mandates, row.owner_state) is not None,
        "owner": words.owner_words(row.owner_state), "sentence": sentence(row, lines, shown), "breadcrumbs": in_ledger((_("Relevés"), reverse("statements")), (words.day_words(row.read_on), None)),
    }  # fmt: skip
    return render(request, "mobilisation/statement.html", context)


def sentence(row: Statement, lines: Sequence[StatementLine], shown: Sequence[Mapping[str, Any]]) -> str:
    """What the page of a statement says first."""
    waiting, proposed = sum(each.state == "open" for each in lines), sum(bool(each["proposals"]) for each in shown)
    first = ngettext("%(count)s ligne d'argent reçu, %(waiting)s à rapprocher", "%(count)s lignes d'argent reçu, %(waiting)s à rapprocher", len(lines)) % {"count": len(lines), "waiting": waiting}
    return first + ngettext(" ; %(count)s a une proposition.", " ; %(count)s ont une proposition.", proposed) % {"count": proposed}


def line_row(line: StatementLine, waiting: received.Waiting, noted: Mapping[tuple[date, int], PledgeReceipt]) -> dict[str, Any]:
    """A line as the page shows it, with its proposals."""
    alike = noted.get((line.day, line.amount_minor)) if line.state == "open" and line.day and line.amount_minor is not None else None
    return {
        "line": line, "state": line.state, "day": words.day_words(line.day), "amount": amount_words(line.amount_minor, line.currency or "XOF") if line.amount_minor is not None else _("illisible"), "reference": line.reference or line.promised or "–",
        "alike": alike, "state_words": str(line.get_state_display()), "why": _("la même ligne est dans un relevé lu plus tôt") if line.repeats_id else line.why,
        "proposals": [proposal(each, waiting, line) for each in received.proposals(line, waiting.queue)],
    }  # fmt: skip


def proposal(match: Match, waiting: received.Waiting, line: StatementLine) -> dict[str, Any]:
    """An instalment a line could pay, and why."""
    entry, instalment = waiting.held[match.awaited.id]
    reasons = {"names-pledge": _("nomme la promesse"), "same-amount": _("même montant"), "near-day": _("près du jour promis")}
    return {
        "id": match.awaited.id, "pledge": entry.pledge, "number": instalment.number, "giver": words.giver_words(entry.pledge), "left": amount_words(match.awaited.left, match.awaited.currency),
        "due": words.day_words(match.awaited.due_on), "why": ", ".join(reasons[each] for each in match.reasons), "exceeds": (line.amount_minor or 0) > match.awaited.left,
    }  # fmt: skip


def line_or_404(request: ReaderRequest, line_id: UUID) -> StatementLine:
    """The line of an address, if the reader may see it."""
    return found(received.line(request.mandates, line_id))


@require_POST
@login_required
def line_settle(request: ReaderRequest, line_id: UUID) -> HttpResponse:
    """A person says which instalment a line pays."""
    line = line_or_404(request, line_id)
    by, back = receiver_or_refuse(request, line.owner_state), reverse("statement", args=[line.statement_id])
    chosen = received.waiting_for(request.mandates, request.POST.get("instalment", ""), state=line.owner_state, today=timezone.localdate())
    if chosen is None:
        messages.error(request, _("Ce versement n'attend plus rien : relisez la page."))
        return redirect(back)
    entry, instalment = chosen
    rest = RESTS.get(request.POST.get("rest", ""), "refuse")
    channel = "mobile-money" if request.POST.get("channel") == "mobile-money" else "bank"
    return done_or_told(
        request, lambda: commands.settle_line(line, instalment, entry.pledge, rest=rest, channel=channel, base_version=version_of(request), pledge_version=entry.pledge.version, today=timezone.localdate(), by=by),
        _("Ligne rapprochée de %(reference)s ; vous pouvez reprendre cette réception à la page de la promesse.") % {"reference": entry.pledge.reference}, to=back,
    )  # fmt: skip


@require_POST
@login_required
def line_link(request: ReaderRequest, line_id: UUID) -> HttpResponse:
    """A person says that a line is a receipt noted before."""
    line = line_or_404(request, line_id)
    by, back = receiver_or_refuse(request, line.owner_state), reverse("statement", args=[line.statement_id])
    alike = received.noted_alike(request.mandates, state=line.owner_state).get((line.day, line.amount_minor)) if line.day and line.amount_minor is not None else None
    if alike is None:
        messages.error(request, _("Aucune réception de ce jour et de ce montant n'attend de relevé."))
        return redirect(back)
    return done_or_told(request, lambda: commands.link_line(line, alike, base_version=version_of(request), on=timezone.localdate(), by=by), _("La ligne et la réception notée sont un seul mouvement."), to=back)


@require_POST
@login_required
def line_aside(request: ReaderRequest, line_id: UUID) -> HttpResponse:
    """A line that pays no pledge."""
    line = line_or_404(request, line_id)
    by = receiver_or_refuse(request, line.owner_state)
    return done_or_told(request, lambda: commands.set_aside(line, why=request.POST.get("why", ""), base_version=version_of(request), by=by), _("Ligne mise de côté ; elle reste listée."), to=reverse("statement", args=[line.statement_id]))


@require_POST
@login_required
def line_open(request: ReaderRequest, line_id: UUID) -> HttpResponse:
    """A line put aside waits again."""
    line = line_or_404(request, line_id)
    by = receiver_or_refuse(request, line.owner_state)
    return done_or_told(request, lambda: commands.open_again(line, base_version=version_of(request), by=by), _("La ligne attend de nouveau."), to=reverse("statement", args=[line.statement_id]))
