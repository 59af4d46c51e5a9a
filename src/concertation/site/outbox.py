"""The outbox of a node: what it offers by HTTPS, byte for byte what it put on a stick; it only answers, nothing is ever sent to it.

Public releases are there for everybody; a restricted one for the nodes it is meant for, who ask under their courier key. Whoever asks
for something not meant for them is told that it does not exist.
"""

import hashlib
import re
from datetime import datetime, timedelta
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from concertation.apps.sharing import queries
from concertation.apps.sharing.models import Release
from concertation.apps.sharing.nodes.queries import courier_key, statements
from concertation.core.sharing import Sensitivity
from concertation.core.sharing.asking import SEAL, Question, question_of
from concertation.core.sharing.keyring import COURIER
from concertation.core.sharing.release_steps import PUBLISHED
from concertation.core.sharing.releases import EVERYONE, ReleaseNote, day
from concertation.core.sharing.signing import holds
from concertation.formats.keys_file import KEYS, written_keys
from concertation.formats.outbox import GOOD_FOR, NAME, Index, Offered, OfferedFile, Seen, written_index
from concertation.formats.release import MANIFEST, SIGNATURES, strict_json
from concertation.site import node, node_keys, receipting
from concertation.site.releasing import folder_of, note_held

INDEX, RECEIPTS = "index.json", "receipts.json"
SINCE = re.compile(r"bytes=([0-9]{1,12})-")
NOBODY = ""
YEARS_KEPT = timedelta(days=730)


class Refused(Exception):
    """A question that is not believed; its code says why."""


def who_asks(request: HttpRequest, now: datetime) -> str:
    """The node that asks, nobody where no question is signed. Raises Refused where the question does not hold."""
    header = request.headers.get("Authorization", "")
    if not header:
        return NOBODY
    asked = question_of(header, strict_json)
    if asked is None:
        raise Refused("outbox-question-unreadable")
    if not asked.is_timely(now):
        raise Refused("outbox-clocks-differ")
    if asked.asked != queries.own_state() or asked.address != request.path or not is_signed(asked, now):
        raise Refused("outbox-question-refused")
    return asked.asker


def is_signed(asked: Question, now: datetime) -> bool:
    """Whether a question was signed with a courier key believed here."""
    public = courier_key(asked.asker, asked.key, on=now.date())
    return public is not None and holds(public, asked.signature, asked.sentence, SEAL)


def is_meant_for(note: ReleaseNote, asker: str) -> bool:
    """Whether a release may be given to whoever asks: a public one meant for all to everybody, any other to its recipients alone."""
    is_open = note.level == Sensitivity.PUBLIC.value and EVERYONE in note.recipients
    return is_open or (asker != NOBODY and (asker in note.recipients or EVERYONE in note.recipients))


def offered_to(asker: str, now: datetime) -> tuple[Offered, ...]:
    """The releases that left, were not withdrawn, are not past their day, and are meant for whoever asks; withdrawals always."""
    held = queries.releases(node.OPERATOR, node=queries.own_state()).filter(standing=PUBLISHED)
    return tuple(offer for each in held if is_offered(each, asker, now) and (offer := offer_of(each)) is not None)


def is_offered(release: Release, asker: str, now: datetime) -> bool:
    """Whether one release is there for whoever asks."""
    note = note_held(release)
    return release.standing == PUBLISHED and is_meant_for(note, asker) and is_current(note, now)


def is_current(note: ReleaseNote, now: datetime) -> bool:
    """Whether a release may still be taken; a withdrawal is told for as long as copies may be about."""
    last = day(note.expires_on)
    return last is not None and (last >= now.date() or (note.is_withdrawal and last + YEARS_KEPT >= now.date()))


def offer_of(release: Release) -> Offered | None:
    """A release with its files, measured as its manifest says; None where they are gone from this machine."""
    folder = folder_of(release.node, release.sequence)
    files = listed_in(folder)
    if not files or not all((folder / name).is_file() for name in files):
        return None
    return Offered(folder.name, release.sequence, release.digest, tuple(files.values()))


def listed_in(folder: Path) -> dict[str, OfferedFile]:
    """The files of a release by name: manifest and signatures, and those the manifest measures."""
    try:
        own = {name: (folder / name).read_bytes() for name in (MANIFEST, SIGNATURES)}
    except OSError:
        return {}
    told, files = strict_json(own[MANIFEST]), {name: OfferedFile(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in own.items()}
    measured = told["files"] if isinstance(told, dict) else {}
    return files | {name: OfferedFile(name, each["bytes"], each["sha256"]) for name, each in sorted(measured.items())}


def seen_of_others(own: str) -> tuple[Seen, ...]:
    """The last number held of every other node."""
    return tuple(Seen(name, held.last, held.hashes[held.last]) for name, held in sorted(queries.received().items()) if name != own and held.last)


@require_GET
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """The signed list of what is offered to whoever asks."""
    now, own = timezone.now(), queries.own_state()
    if not own or not node_keys.key_file(COURIER).exists():
        return nothing_here()
    try:
        asker = who_asks(request, now)
    except Refused as why:
        return not_believed(why, now)
    last, _digest = queries.chain_to_follow(own)
    seen = seen_of_others(own) if asker != NOBODY else ()
    told = Index(own, now.date(), now.date() + GOOD_FOR, last, offered_to(asker, now), seen)
    return plain(written_index(told, node_keys.private_key(node_keys.key_file(COURIER))))


@require_GET
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """Every statement of this node's keys."""
    held = statements(queries.own_state())
    return plain(written_keys(held)) if held else nothing_here()


@require_GET
@never_cache
def receipts(request: HttpRequest) -> HttpResponse:
    """What this node did with the releases of the node that asks."""
    now = timezone.now()
    try:
        asker = who_asks(request, now)
    except Refused as why:
        return not_believed(why, now)
    return plain(receipting.for_node(asker)) if asker != NOBODY else nothing_here()


@require_GET
@never_cache
def file(request: HttpRequest, name: str, place: str) -> HttpResponse:
    """One file of a release offered to whoever asks, from where an earlier answer was cut."""
    now = timezone.now()
    try:
        asker = who_asks(request, now)
    except Refused as why:
        return not_believed(why, now)
    own = queries.own_state()
    release = queries.release_numbered(node.OPERATOR, own, int(name[4:])) if NAME.fullmatch(name) and name.startswith(f"{own.lower()}-") else None
    if release is None or not is_offered(release, asker, now):
        return nothing_here()
    folder = folder_of(own, release.sequence)
    held = listed_in(folder).get(place)
    if held is None or not (folder / held.path).is_file():
        return nothing_here()
    return from_where(request, (folder / held.path).read_bytes(), held.sha256)


def from_where(request: HttpRequest, content: bytes, tag: str) -> HttpResponse:
    """The bytes asked for: all, or the rest where the first part is that of the same file."""
    asked = SINCE.fullmatch(request.headers.get("Range", ""))
    same = request.headers.get("If-Range", f'"{tag}"') == f'"{tag}"'
    start = int(asked[1]) if asked and same else 0
    answer = plain(content[start:])
    if 0 < start < len(content):
        answer.status_code = 206
        answer.headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
    elif start >= len(content) and content:
        answer = HttpResponse(status=416, headers={"Content-Range": f"bytes */{len(content)}"})
    answer.headers["ETag"], answer.headers["Accept-Ranges"] = f'"{tag}"', "bytes"
    return answer


def plain(content: bytes) -> HttpResponse:
    """Bytes as they are, to be kept and never shown."""
    return HttpResponse(content, content_type="application/octet-stream", headers={"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"})


def nothing_here() -> HttpResponse:
    """Nothing is offered there to whoever asks."""
    return JsonResponse({"code": "outbox-nothing-here"}, status=404)


def not_believed(why: Refused, now: datetime) -> HttpResponse:
    """The question was not believed; the clock of this node is told, since clocks are what goes wrong most."""
    return JsonResponse({"code": str(why), "now": now.isoformat()}, status=403)


urlpatterns = [
    path(f"outbox/{INDEX}", index, name="outbox-index"),
    path(f"outbox/{KEYS}", keys, name="outbox-keys"),
    path(f"outbox/{RECEIPTS}", receipts, name="outbox-receipts"),
    path("outbox/<slug:name>/<path:place>", file, name="outbox-file"),
]
