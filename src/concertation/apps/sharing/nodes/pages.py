"""Pages of nodes: whom this node believes and until when, what came and what is missing, which receipts it holds and which it awaits."""

from collections.abc import Sequence
from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.access.words import state_names
from concertation.apps.sharing import queries as releases
from concertation.apps.sharing.models import Receipt
from concertation.apps.sharing.nodes import queries
from concertation.apps.sharing.nodes.queries import KnownHost
from concertation.core.sharing.keyring import KeyRing
from concertation.core.sharing.receipts import Awaited, holes
from concertation.core.sharing.releases import Received

ACTS = {"taken": gettext_lazy("reçue"), "purged": gettext_lazy("effacée")}
SUBJECTS = {"release": gettext_lazy("diffusions"), "keys": gettext_lazy("clés")}
SOON_DAYS = 14


@require_GET
@login_required
def nodes(request: ReaderRequest) -> HttpResponse:
    """The nodes whose keys are believed here, with what came of them, and the receipts of this node's releases."""
    own, today, names = releases.own_state(), timezone.localdate(), state_names()
    rings = [each.ring for each in queries.latest_statements()]
    received, hosts = releases.received(), queries.hosts() if request.mandates else {}
    others = [ring for ring in rings if ring.node != own]
    receipts, awaited = queries.receipts_told(request.mandates, own, [ring.node for ring in others], today=today)
    context = {
        "own": names.get(own, own), "others": len(others), "lines": [line(ring, received.get(ring.node, Received({})), hosts.get(ring.node), names, today) for ring in others],
        "own_keys": [key_line(ring, today) for ring in rings if ring.node == own], "alarms": [alarm_words(each.node, each.subject, each.number, names) for each in queries.alarms()],
        "receipts": [receipt_line(each, number, names) for each, number in receipts], "awaited": [awaited_line(each, names) for each in awaited],
        "breadcrumbs": [(_("Nœuds"), "")],
    }  # fmt: skip
    return render(request, "sharing/nodes.html", context)


def line(ring: KeyRing, held: Received, host: KnownHost | None, names: dict[str, str], today: date) -> dict[str, object]:
    """One other node."""
    missing = holes(held, host.last_sequence if host else 0)
    return {
        "name": names.get(ring.node, ring.node), "last": held.last, "missing": ", ".join(map(str, missing[:SOON_DAYS])) + ("…" if len(missing) > SOON_DAYS else ""),
        "asked_at": host.asked_at if host else None, "address": host.address if host else "", "stale": bool(host and host.good_until and host.good_until < today), **key_line(ring, today),
    }  # fmt: skip


def key_line(ring: KeyRing, today: date) -> dict[str, object]:
    """Until when the keys of a node are good, and whether that is soon or past."""
    until = min([ring.expires_on, *(key.valid_to for key in ring.keys)])
    return {"number": ring.number, "until": until, "past": until < today, "soon": 0 <= (until - today).days <= SOON_DAYS}


def alarm_words(node: str, subject: str, number: int, names: dict[str, str]) -> str:
    """Two things told under one number, in words."""
    return _("%(state)s a dit deux choses sous le numéro %(number)s (%(subject)s).") % {"state": names.get(node, node), "number": number, "subject": SUBJECTS[subject]}


def receipt_line(each: Receipt, number: int, names: dict[str, str]) -> dict[str, object]:
    """What another node says it did with one of ours."""
    return {"number": number, "name": names.get(each.node, each.node), "act": ACTS[each.act], "rows": each.rows, "day": each.made_on}


def awaited_line(each: Awaited, names: dict[str, str]) -> dict[str, object]:
    """A word of an erasure that has not come."""
    return {"number": each.sequence, "name": names.get(each.node, each.node), "since": each.since, "late": each.is_late}


@require_GET
def fingerprints(request: HttpRequest) -> HttpResponse:
    """The fingerprints of the root keys of every node believed here, to be read aloud, compared and printed with the minutes."""
    names = state_names()
    rings: Sequence[KeyRing] = [each.ring for each in queries.latest_statements()]
    context = {
        "rings": [{"name": names.get(ring.node, ring.node), "roots": ring.root_fingerprints, "needed": ring.needed, "number": ring.number, "until": ring.expires_on} for ring in rings],
        "breadcrumbs": [(_("Nœuds"), reverse("nodes")), (_("Empreintes"), "")],
    }  # fmt: skip
    return render(request, "sharing/fingerprints.html", context)
