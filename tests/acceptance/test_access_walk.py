"""The walk of access: every reader at every address, with rows of two States, two holders and four levels planted with marks.

An answer must be the one the table below expects, and no answer, page or export, may hold the mark of a row its reader may not
see. Pairs that ask the same are asked once (`access_questions`). A sample bounded in time runs with the suite;
`CONCERTATION_WALK=full` walks every pair, `CONCERTATION_WALK_PART=1/2` the first half of them. An address that the table does not
name is walked for leaks and failures alone, and told at the end.
"""

import os
import random
import re
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.apps import apps
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from access_plants import STATES, UNITS, Planted, Plot, Reader, plant, plots, readers
from access_questions import Looks, Question, Step, by_address, part_of, questions, watching, whatever_form
from access_steps import person
from activity_samples import organisation
from concertation.apps.access.commands import make_token
from concertation.apps.access.models import HeldMandate, User
from concertation.apps.access.queries import held_today
from concertation.apps.allocation.models import Round
from concertation.apps.funding.models import ExchangeRate
from concertation.apps.ground import drawings
from concertation.apps.ground.models import GuardedModel, GuardedQuerySet
from concertation.apps.lessons.models import Reuse
from concertation.apps.picture.commands import refresh
from concertation.apps.places.models import REFERENCE_SET, RememberedName
from concertation.apps.search.commands import refresh as refresh_search
from concertation.core.sharing import Mandate, Role, Sensitivity, visibility_of
from concertation.core.sharing.giving import gives_at_all, journals_read, may_give, withdraws
from concertation.core.sharing.visibility import edits_register, writes_for
from concertation.draw import note_docx, slides
from concertation.draw.pictures import png
from concertation.site import reference
from joint_plants import joint_of
from release_steps import own_node
from round_plants import plant_rounds
from wider_plants import Wider, plant_wider

pytestmark = pytest.mark.django_db
SECONDS, FEWEST, SEED = float(os.environ.get("CONCERTATION_WALK_SECONDS", "12")), 500, 20261123
PART, COMPARED = os.environ.get("CONCERTATION_WALK_PART", "1/1"), 0.05
PROGRESS = 5_000
ONLY = os.environ.get("CONCERTATION_WALK_ONLY", "").split()
MARK = re.compile(r"zq([a-z])(\d\d)zq")
DRAWN = re.compile(r"[A-Za-z0-9]{32,}")  # a drawn token may hold by chance what looks like a mark
FORMATS = ("", "csv", "xlsx", "hxl", "geojson", "jsonl", "pdf", "docx", "pptx", "txt", "svg", "slide", "chart", "json", "hapi-needs", "hapi-presence")
OPEN = {
    "back-test", "home", "help", "help-subject", "places", "division", "unit-names", "needs", "sectors", "sector", "situation", "state", "unit", "decision", "organisations",
    "funding", "funding-clusters", "funding-counting", "funding-quality", "funding-flows", "mobilisation", "meetings", "pledges", "pledge-totals",
    "activity-template", "bulletins", "fingerprints", "funding-funds", "funding-rates", "funding-streams", "response",
    "sources", "sharing-levels", "terms", "forum-sessions", "forum-session", "sessions-compared", "calendar", "plan", "lessons", "search", "search-suggestions", "notes", "note", "reporting", "reporting-calendar", "frameworks", "releases", "joint-products",
}  # fmt: skip
SEARCHES = {"search", "search-suggestions"}
SEARCHED = ("q=zqa", "q=zqo", "q=zqs", "q=zqa00zq", "q=synthetique", "q=zqa&kind=activity&page=2", "q=zqa&state=MLI&kind=activity")
SIGNED_IN = {"envelopes", "mappings", "nodes", "remembered-names", "response-aims", "rounds", "imports", "review", "answers", "account", "sessions", "tokens", "people", "own-activities", "agreements", "impartiality", "mfa_index", "mfa_list_webauthn"}
ROWS = {"alert", "bulletin", "figure", "funding-fund", "source", "organisation", "funding-flow", "framework", "framework-file", "activation", "activation-cap", "field", "lesson", "release", "joint", "appeal", "meeting", "pledge"}
BY_STATE_MANAGER = {"import-accept", "import-cancel", "import-resume", "import-columns", "import-period", "import-kind", "settle", "take-back"}
ON_ENTRY = {"activity", "activity-correct", "activity-settle", "activity-withdraw", "activity-restore"}
ON_CALENDAR = {"reporting-open", "reporting-take-back", "reporting-lead-name"}
ON_PERIOD = {
    "reporting-validate", "reporting-freeze", "reporting-reopen", "reporting-days", "reporting-expect", "reporting-excuse", "reporting-by-rule", "reporting-nothing",
    "reporting-something",
}  # fmt: skip
BY_MASTER = {"import-withdraw", "import-restore", "import-close-further"}
ON_PERSON = {"person", "mandate-give", "account-close", "second-factor-remove", "mandate-end", "password-link"}
BY_ANALYST = {
    "round-make", "round-scenario-add", "round-join", "round-endorse", "round-abandon", "round-line-change", "round-line-take-back", "round-scenario-stop", "round-scenario-again",
    "round-forward", "round-what-if-keep", "round-flexibility-value",
}  # fmt: skip
ON_RELEASE = {"release-sign", "release-publish", "release-withdraw", "release-discard", "agreement-confirm", "agreement-end"}
OWN_NODE = "NER"
ON_JOINT = {"joint-speak", "joint-publish", "joint-drop", "joint-recount"}
BY_SPEAKER = {"round-constrain", "round-unconstrain", "round-position"}
ON_ROUND = BY_ANALYST | BY_SPEAKER | {"round-flexibility-reply"}
OF_ROUND = {"round", "round-question", "round-scenario", "round-what-if", "round-flexibility"}
ON_ALERT = {"alert-answer", "alert-count", "alert-restore", "alert-settle", "alert-withdraw"}
ACTS = BY_STATE_MANAGER | BY_MASTER | ON_PERIOD | (ON_CALENDAR - {"reporting-open"}) | (ON_PERSON - {"person"}) | {
    "bring-in", "organisation-add-spelling", "organisations-apart", "organisation-merge-take-back", "boundary-approve", "sessions-end", "token-revoke",
    "raw-retention", "invitation-withdraw", "activity-settle", "activity-withdraw", "activity-restore", "activities-take-back", "message-handed",
    "framework-series", "framework-field", "framework-sign", "activation-step", "plan-line-withdraw",
    "lesson-validate", "lesson-withdraw", "lesson-reuse", "lesson-contradict", "lesson-result",
    "appeal-withdraw", "meeting-withdraw", "envelope-withdraw", "pledge-take-back", "pledge-withdraw", "receipt-confirm", "receipt-take-back", "line-settle", "line-link", "line-aside", "line-open",
    "pledge-totals-publish", "pledge-totals-withdraw",
    "back-test-round", "funding-fund-register", "funding-rate-state", "mapping-bring-in", "name-forget", "review-bulk", "review-bulk-take-back",
    "envelope-turn", "funding-fund-correct", "funding-rate-withdraw", "mapping-aside", "mapping-again",
} | ON_ROUND | ON_RELEASE | ON_JOINT | ON_ALERT  # fmt: skip
# Addresses that open no row: the answers to nobody signed in, and to anybody signed in (things that do not exist are asked for).
ANSWERS: dict[str, tuple[set[int], set[int]]] = {
    **dict.fromkeys(("account_inactive", "account_reset_password", "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done", "boundaries", "api-docs", "api-description"), ({200}, {200})),
    **dict.fromkeys(("account_login", "account_signup"), ({200}, {302})),
    **dict.fromkeys(("account_change_password", "account_reauthenticate"), ({302}, {200})),
    **dict.fromkeys(("account_set_password", "token-make", "mfa_activate_totp", "mfa_add_webauthn", "mfa_authenticate", "mfa_generate_recovery_codes", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_login_webauthn"), ({302}, {302})),
    **dict.fromkeys(("mfa_deactivate_totp", "mfa_download_recovery_codes", "mfa_view_recovery_codes", "invitation-withdraw", "token-revoke", "envelope-withdraw"), ({302}, {404})),
    "pledge-totals-publish": ({302}, {403}),
    **dict.fromkeys(("invitation", "boundary-set", "map-symbols", "outbox-file", "outbox-index", "outbox-keys", "outbox-receipts", "funding-answer"), ({404}, {404})),
    **dict.fromkeys(("activities-same", "activity-add", "mapping-bring-in", "review-bulk", "review-bulk-take-back"), ({302}, {302})),
    "activities-take-back": ({302}, {403}),
    "bring-in": ({302}, {422}),
    "boundary-approve": ({302, 404}, {403, 404}),
}  # fmt: skip
BY_EDITOR_OF_REGISTER = {"organisations-alike": {200}, "organisations-apart": {302, 404, 422}, "organisation-merge-take-back": {404}}
BY_SECRETARIAT = {
    "forum-session-new", "forum-session-edit", "forum-session-attendance", "forum-session-decide", "decision-follow", "decision-day", "decision-wording", "decision-answer", "plan-bring",
}  # fmt: skip
BY_HOLDER = {"appeal-edit": {200}, "appeal-withdraw": {302}, "envelope-new": {200}, "meeting-edit": {200}, "meeting-withdraw": {302}, "pledge-edit": {200}, "pledge-instalments": {200}, "pledge-take-back": {302}, "pledge-withdraw": {302}}
BY_RECEIVER = {"pledge-totals-withdraw", "receipt-confirm", "line-settle", "line-link", "line-aside", "line-open"}
ON_PLEDGES = {*BY_HOLDER, *BY_RECEIVER, "receipt-new", "receipt-take-back", "statement"}
NOWHERE = "00000000-0000-0000-0000-000000000000"
ON_LESSON = {"lesson-contradict", "lesson-edit", "lesson-reuse", "lesson-validate", "lesson-withdraw", "lesson-result"}
BY_ROLE = {"alert-add": 200, "lesson-new": 200, "lessons-bring": 200, "plan-line-new": 200, "back-test-round": 404, "funding-fund-register": 422, "funding-rate-state": 422, "funding-rate-withdraw": 302}
ANSWERED = set(range(200, 500))
ENDS_THE_WALK = {"account_logout", "sessions-end"}


@dataclass(frozen=True)
class Grounds:
    """What was planted, and who walks."""

    plants: list[Planted]
    readers: list[Reader]
    people: list[User]
    token: str
    rounds: dict[int, Round]
    wider: dict[int, Wider]


@pytest.fixture
def drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture in dots, which holds no text, is made once of the same drawing: a second and more each time."""
    for module in (drawings, note_docx, slides):
        monkeypatch.setattr(module, "png", lru_cache(maxsize=256)(png))


@pytest.fixture
def grounds(settings: Any, tmp_path: Path) -> Grounds:
    """The rows, the people, and the picture made of them."""
    settings.RAW_FOLDER = tmp_path / "raw"
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    reference.load_if_changed()
    known = organisation("Organisation connue synthétique")
    plants = [plant(plot, known) for plot in plots()]
    people = [person(f"zqu{number:02d}zq", mandate) for number, mandate in enumerate([(Role.READER, "NER"), (Role.READER, "MLI"), (Role.REPORTER, "NER", "alpha"), (Role.REPORTER, "", "alpha")])]
    token, _raw = make_token(people[0], name="t", mandates=held_today(people[0]), expires_on=plants[0].run.created_at.date())
    own_node(OWN_NODE)
    rounds, wider = plant_rounds([each.plot for each in plants]), plant_wider(plants)
    for state in STATES:
        refresh(state)
    refresh_search("AES")
    return Grounds(plants, readers(), people, str(token.pk), rounds, wider)


def patterns(resolver: URLResolver, *, within: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Every named address and the parts it asks for."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        elif isinstance(entry, URLPattern) and entry.name:
            yield entry.name, frozenset(entry.pattern.regex.groupindex)


def samples(grounds: Grounds, name: str, parts: frozenset[str]) -> list[tuple[dict[str, Any], Planted | None, User | None]]:
    """What to put into an address: ids of every plot, of every person, or of things that are open to all."""
    of_plot: dict[str, Callable[[Planted], Any]] = {
        "run_id": lambda each: each.run.pk, "figure_id": lambda each: each.figure.pk, "doubt_id": lambda each: each.doubt.pk,
        "sha256": lambda each: each.run.file_id, "source_id": lambda each: each.run.source_id, "slug": lambda each: each.organisation.slug,
        "activity_id": lambda each: each.activity.pk, "lesson_id": lambda each: each.lesson.pk, "period_id": lambda each: each.period.pk, "flow_id": lambda each: each.flow.pk,
        "appeal_id": lambda each: each.promised.appeal.pk, "meeting_id": lambda each: each.promised.meeting.pk, "pledge_id": lambda each: each.promised.pledge.pk,
        "receipt_id": lambda each: each.promised.receipt.pk, "statement_id": lambda each: each.promised.statement.pk, "line_id": lambda each: each.promised.line.pk,
        "release_id": lambda each: each.release.pk, "agreement_id": lambda each: each.agreement.pk, "product_id": lambda each: joint_of(each.plot.mark("y")), "framework": lambda each: each.version.slug, "activation_id": lambda each: each.fired.pk, "field_id": lambda each: each.field.pk,
        "alert_id": lambda each: each.alert.pk, "bulletin_id": lambda each: each.bulletin.pk, "held_id": lambda each: each.envelope.pk, "round_id": lambda each: grounds.rounds[each.plot.number].pk,
        "fund_id": lambda each: grounds.wider[each.plot.number].fund.pk, "publication_id": lambda each: grounds.wider[each.plot.number].totals.pk, "mapping_id": lambda each: grounds.wider[each.plot.number].mapping.pk,
        "line_code": lambda each: f"P{each.plot.number}", "spelling_id": lambda each: each.organisation.spellings.get().pk, "reuse_id": lambda each: Reuse.objects.get(lesson=each.lesson).pk,
    }
    if not parts:
        return [({}, None, None)]
    if len(parts) == 1 and (part := next(iter(parts))) in of_plot:
        return [({part: of_plot[part](each)}, each, None) for each in grounds.plants]
    if parts == {"sha256", "state"}:
        return [({"sha256": each.run.file_id, "state": state}, each, None) for each in grounds.plants for state in STATES]
    if parts == {"product_id", "state"}:
        return [({"product_id": joint_of(each.plot.mark("y")), "state": state}, each, None) for each in grounds.plants for state in STATES]
    if "round_id" in parts:
        states = STATES if "state" in parts else ("",)
        beside = dict.fromkeys(parts & {"constraint_id", "change_id"}, NOWHERE) | ({"number": 1} if "number" in parts else {})
        return [({"round_id": grounds.rounds[each.plot.number].pk, **beside, **({"state": state} if state else {})}, each, None) for each in grounds.plants for state in states]
    if parts == {"number", "state"}:
        return [({"number": number, "state": state}, None, None) for number in (1, 3, 6, 8) for state in STATES]
    if parts == {"person_id"}:
        return [({"person_id": each.pk}, None, each) for each in grounds.people]
    if parts == {"person_id", "mandate_id"}:
        return [({"person_id": each.pk, "mandate_id": HeldMandate.objects.get(person=each).pk}, None, each) for each in grounds.people]
    fixed = {
        "unit_id": list(UNITS.values()), "iso3": list(STATES), "code": ["FSC", "PRO"], "division_id": ["ner-2011"], "number": [1, 3, 6, 8], "reference": ["S1"], "subject": ["access"],
        "token_id": [grounds.token], "about": ["NER", "AES"], "link": ["forged"], "language": ["fr"], "digest": ["0" * 16], "pk": [1], "name_id": list(RememberedName.objects.values_list("pk", flat=True)), "rate_id": list(ExchangeRate.objects.values_list("pk", flat=True)[:1]),
    }
    if len(parts) == 1 and part in fixed:
        return [({part: value}, None, None) for value in fixed[part]]
    return [(dict.fromkeys(parts, NOWHERE), None, None)]


def steps(grounds: Grounds) -> list[Step]:
    """Every reader at every address with every sample, in every form of export."""
    found = []
    for name, parts in sorted(set(patterns(get_resolver())), key=lambda found: (found[0], sorted(found[1]))):
        if name in ENDS_THE_WALK or (ONLY and name not in ONLY):
            continue
        for values, planted, target in samples(grounds, name, parts):
            try:
                path = reverse(name, kwargs=values)
            except Exception:  # noqa: BLE001  (an address whose parts have a form of their own)
                continue
            found += [(name, address, "POST" if name in ACTS else "GET", planted, target) for address in addresses(name, path)]
            found += [(name, path, "POST", planted, target)] if name not in ACTS else []
    return [Step(reader, name, path, method, planted, target) for name, path, method, planted, target in found for reader in grounds.readers]


def addresses(name: str, path: str) -> list[str]:
    """The page and its exports."""
    if name in ACTS:
        return [path]
    if name == "source-cell":
        return [f"{path}?sheet=&row=2"]
    if name in SEARCHES:
        return [f"{path}?{asked}" for asked in SEARCHED]
    return [f"{path}?format={wanted}" if wanted else path for wanted in FORMATS]


def expected(step: Step) -> set[int] | None:
    """The answers that may be given; None where the table does not name the address. What is refused to who looks is refused to who sends, where it takes anything at all."""
    wanted = expected_there(step)
    if wanted is None or step.method == "GET" or step.name in ACTS:
        return wanted
    return ANSWERED if 200 in wanted else wanted | {405}


def expected_there(step: Step) -> set[int] | None:
    """The answers that may be given to who looks, or acts; None where the table does not name the address."""
    name, held, signed = step.name, step.reader.mandates, step.reader.user is not None
    if "?format=" in step.path and name in OPEN | ROWS:
        return None  # which exports a page has is its own matter; what they hold is walked
    if name in OPEN:
        return {200}
    if name in ANSWERS:
        return ANSWERS[name][signed]
    if name in BY_EDITOR_OF_REGISTER:
        return {302} if not signed else {403} if edits_register(held) is None else BY_EDITOR_OF_REGISTER[name]
    if name == "round-make":
        return {302} if not signed else {422} if leads_rounds(held) else {403}
    if name in SIGNED_IN:
        return {200} if signed else {302}
    if name in BY_ROLE:
        return {302} if not signed else {BY_ROLE[name]} if may_by_role(name, held) else {403}
    if name == "name-forget":
        name_held = RememberedName.objects.get(pk=step.path.split("/")[-2])
        return {302} if not signed or writes_for(held, name_held.state) is not None else {403} if name_held.author == REFERENCE_SET else {404}
    if name == "implementation-day":
        return {302} if not signed else {200, 404} if keeps(held) else {403}
    if name == "implementation-verify":
        return {302} if not signed else {200, 403, 404} if leads_rounds(held) or any(own.role is Role.AUDITOR for own in held) else {403, 404}
    if name in ("messages-waiting", "message-handed"):
        passes = any(own.role in (Role.DATA_MANAGER, Role.ADMINISTRATOR) and not own.organisation for own in held)
        return ({200} if name == "messages-waiting" else {404}) if signed and passes else {403} if signed else {302}
    if name in ("raw-files", "raw-retention"):
        manages = any(own.role is Role.DATA_MANAGER and own.state and not own.organisation for own in held)
        return ({200} if name == "raw-files" else {422}) if signed and manages else {403} if signed else {302}
    if name in BY_SECRETARIAT:
        return {302} if not signed else {200} if keeps(held) else {403}
    if name == "implementation-report":
        return {302} if not signed else {200} if any(writes_for(held, state) and f"/{state}/" in step.path for state in STATES) else {403}
    if name == "reporting-leads":
        return {200} if signed else {302}
    if name in ON_CALENDAR:
        state = step.path.split("/")[2]
        done = {"reporting-open": {200}, "reporting-take-back": {302}, "reporting-lead-name": {422}}[name]
        return {302} if not signed else done if writes_for(held, state) is not None else {403}
    if name in ("joint-new", "principles"):
        leads = any(own.role is Role.ANALYST and own.state == "AES" for own in held)
        looks = any(own.role in (Role.REPORTER, Role.REPORTER_LEAD) and own.organisation for own in held)
        return {302} if not signed else {200} if (leads if name == "joint-new" else looks) else {403}
    if name in ("release-make", "agreement-new"):
        return {302} if not signed else {200} if writes_for(held, OWN_NODE) is not None else {403}
    if name in ("appeal-new", "meeting-new", "pledge-new", "statements"):
        manages = any(own.role is Role.DATA_MANAGER and own.state and not own.organisation for own in held)
        leads, gives = any(own.role is Role.ANALYST for own in held), any(own.role is Role.DONOR for own in held)
        return {302} if not signed else {200} if manages or (leads and name != "statements") or (gives and name == "pledge-new") else {403}
    if name == "framework-new":
        return {302} if not signed else {200} if any(own.role is Role.DATA_MANAGER and own.state and not own.organisation for own in held) else {403}
    if name in ("invite", "journal"):
        allowed = bool(gives_at_all(held)) if name == "invite" else bool(journals_read(held))
        return ({200} if allowed else {403}) if signed else {302}
    if step.planted is not None:
        return on_plot(step, step.planted, signed)
    if step.target is not None:
        return on_person(step, step.target, signed)
    return None


def on_plot(step: Step, planted: Planted, signed: bool) -> set[int] | None:
    """At an address of a planted row."""
    name, held, plot = step.name, step.reader.mandates, planted.plot
    opens = plot.opens_to(held)
    if name in ROWS:
        return {200} if opens else {404}
    if name == "release-package":
        return {404}  # what was planted left no package behind
    if name in ON_JOINT:
        return on_joint(step, held, plot) if signed else {302}
    if name in ON_RELEASE or name == "agreement":
        return on_release(name, held, plot) if signed else {302}
    if name in ("framework-sign", "framework-series", "framework-field", "activation-step"):
        return on_framework(name, held, plot) if signed else {302}
    if name in ON_PLEDGES:
        return on_pledges(name, held, plot) if signed else {302}
    if name == "raw-erase":
        theirs = opens and f"/{plot.state}/" in step.path and writes_for(held, plot.state) is not None
        return {302} if not signed else {200} if theirs else {404}
    if name == "reporting-period":
        return {200}  # the period of a State is as open as its most open import, which is public
    if name in ON_PERIOD:
        return {302} if not signed else {403} if name in ("reporting-nothing", "reporting-something") or writes_for(held, plot.state) is None else {302, 404, 409, 422}
    if name in ("import", "raw-file", "source-cell") or name in BY_STATE_MANAGER | BY_MASTER:
        if not signed:
            return {302}
        manages = writes_for(held, plot.state) is not None
        if name == "raw-file":
            return {200} if opens and manages else {404}
        if not opens:
            return {404}
        if name in BY_STATE_MANAGER:
            return {302} if manages else {403}
        if name in BY_MASTER:
            return {302} if withdraws(held, owner_state=plot.state, holder=plot.holder) else {403}
        return {200}
    if name in ON_ENTRY:
        if not signed:
            return {302}
        return {200, 302} if opens and enters_for(held, plot.state, plot.holder) else {302, 404} if name == "activity-withdraw" else {404}
    if name in ON_ROUND | OF_ROUND:
        return on_round(step, held, plot) if signed else {302}
    if name in ON_ALERT or name == "alert-correct":
        return on_alert(name, held, plot) if signed else {302}
    if name == "funding-fund-correct":
        return {302} if not signed else {404} if not opens else {302} if speaks(held, plot.state) else {403}
    if name in ("mapping", "mapping-aside", "mapping-again"):
        return {302} if not signed else {404} if writes_for(held, plot.state) is None else {200} if name == "mapping" else {302}
    if name == "envelope-turn":
        return {302} if not signed else {404} if not opens else {302} if writes_for(held, plot.state) is not None else {403}
    if name == "framework-bench":
        return {302} if not signed else {200} if opens else {404}
    if name in ("plan-line", "plan-line-withdraw"):
        may = leads_rounds(held) or writes_for(held, plot.state) is not None
        return {302} if not signed else {404} if not opens else {200 if name == "plan-line" else 302} if may else {403}
    if name in ON_LESSON:
        return on_lesson(name, held, plot) if signed else {302}
    if name in ("organisation-names", "organisation-merge", "organisation-add-spelling", "organisation-spelling"):
        if not signed:
            return {302}
        return {403} if edits_register(held) is None else {200, 302} if opens else {404}
    return None


def on_pledges(name: str, held: tuple[Mandate, ...], plot: Plot) -> set[int]:
    """At a pledge and what belongs to it: who sees it, then its holder, or the data manager of the State that receives (the rule written a second time)."""
    receives = any(own.role is Role.DATA_MANAGER and own.state == plot.state and not own.organisation for own in held)
    gives = any(own.role is Role.DONOR and own.organisation == plot.holder and own.state in ("", plot.state) for own in held)
    holds = gives or (receives and plot.holder == f"{plot.state.lower()}-government")
    if not plot.opens_to(held):
        return {404}
    if name == "statement":
        return {200}
    if name in BY_HOLDER:
        return BY_HOLDER[name] if holds else {403}
    may = receives if name in BY_RECEIVER else receives or holds
    return ({200} if name == "receipt-new" else {302}) if may else {302, 403} if name == "receipt-take-back" and holds else {403}


def on_framework(name: str, held: tuple[Mandate, ...], plot: Plot) -> set[int]:
    """At an act on a framework or on what fired: who sees it, then who may (the rule written a second time); a step that names none is none."""
    roles = (Role.DATA_MANAGER,) if name in ("framework-series", "framework-field") else (Role.DATA_MANAGER, Role.RELEASE_AUTHORITY)
    may = any(own.role in roles and own.state == plot.state and not own.organisation for own in held)
    if not plot.opens_to(held):
        return {404}
    return {"framework-sign": {302}, "framework-series": {422}, "framework-field": {422}, "activation-step": {404}}[name] if may else {403}


def on_release(name: str, held: tuple[Mandate, ...], plot: Plot) -> set[int]:
    """At an agreement, or at an act on a release: who sees it, then whose node it is, then who signs (the rule written a second time)."""
    if not plot.opens_to(held):
        return {404}
    if name == "agreement":
        return {200}
    if plot.state != OWN_NODE:
        return {403}
    signers = (Role.RELEASE_AUTHORITY,) if name == "agreement-confirm" else (Role.DATA_MANAGER, Role.RELEASE_AUTHORITY)
    may = name == "release-sign" or any(own.role in signers and own.state == plot.state and not own.organisation for own in held)
    return {302} if may else {403}


def on_joint(step: Step, held: tuple[Mandate, ...], plot: Plot) -> set[int]:
    """At an act on a joint product: who sees it, then who speaks for that State, or leads (the rule written a second time)."""
    if not plot.opens_to(held):
        return {404}
    if step.name == "joint-speak":
        return {302} if speaks(held, plot.state) and step.path.endswith(f"/{plot.state}/") else {403}
    return {302} if any(own.role is Role.ANALYST and own.state == "AES" for own in held) else {403}


def speaks(held: tuple[Mandate, ...], state: str) -> bool:
    """Whether a reader speaks for a State: its data manager or its release authority (the rule written a second time)."""
    return any(own.role in (Role.DATA_MANAGER, Role.RELEASE_AUTHORITY) and own.state == state and not own.organisation for own in held)


def leads_rounds(held: tuple[Mandate, ...]) -> bool:
    """Whether a reader leads allocation rounds: the framework's analyst (the rule written a second time)."""
    return any(own.role is Role.ANALYST and own.state == "AES" for own in held)


def on_round(step: Step, held: tuple[Mandate, ...], plot: Plot) -> set[int]:
    """At an allocation round: its analyst's acts are refused before it is looked for; then who sees it, then who speaks for the State (the rule written a second time)."""
    if step.name in BY_ANALYST and not leads_rounds(held):
        return {403}
    if not plot.opens_to(held):
        return {404}
    if step.name in OF_ROUND:
        return {200, 404} if "?format=" in step.path else {200}
    if step.name in BY_SPEAKER:
        return {302, 404} if any(speaks(held, state) and f"/{state}/" in step.path for state in STATES) else {403}
    return {302, 404} if step.name == "round-line-take-back" else {302}


def on_alert(name: str, held: tuple[Mandate, ...], plot: Plot) -> set[int]:
    """At an alert: who sees it, then who corrects it, answers it or counts it (the rule written a second time); without a reason nothing is withdrawn, nor looked for."""
    manages = any(own.role is Role.DATA_MANAGER and own.state == plot.state and not own.organisation for own in held)
    reports = any(own.role in (Role.REPORTER, Role.REPORTER_LEAD) and own.organisation and own.state in ("", plot.state) for own in held)
    if name == "alert-withdraw":
        return {302}
    if not plot.opens_to(held):
        return {404}
    may = manages if name == "alert-count" else manages or reports if name == "alert-answer" else enters_for(held, plot.state, plot.holder)
    return {"alert-answer": {422}, "alert-correct": {200}}.get(name, {302}) if may else {403}


def may_by_role(name: str, held: tuple[Mandate, ...]) -> bool:
    """Whether a reader's role opens a page or an act that is of no row yet (the rule written a second time)."""
    manages = any(own.role is Role.DATA_MANAGER and own.state and not own.organisation for own in held)
    reports = any(own.role in (Role.REPORTER, Role.REPORTER_LEAD) and own.organisation for own in held)
    if name in ("lesson-new", "lessons-bring"):
        return reports or keeps_lessons_of(held)
    if name == "alert-add":
        return manages or reports
    if name == "plan-line-new":
        return manages or leads_rounds(held)
    return leads_rounds(held) or (name != "back-test-round" and any(speaks(held, state) for state in STATES))


def keeps_lessons_of(held: tuple[Mandate, ...], state: str = "") -> bool:
    """Whether a reader keeps lessons for a State, any when none is named, or for the framework."""
    roles = (Role.DATA_MANAGER, Role.FACILITATOR, Role.RELEASE_AUTHORITY)
    return any(own.role in roles and own.state == (state or own.state) and not own.organisation for own in held) or (not state and leads_rounds(held))


def on_lesson(name: str, held: tuple[Mandate, ...], plot: Plot) -> set[int]:
    """At an act on a lesson: who keeps lessons, then who sees it, then its holder, or who may validate it (the rule written a second time)."""
    if name in ("lesson-contradict", "lesson-reuse") and not may_by_role("lesson-new", held):
        return {403}
    if not plot.opens_to(held):
        return {404}
    reports = any(own.role in (Role.REPORTER, Role.REPORTER_LEAD) and own.organisation == plot.holder and own.state in ("", plot.state) for own in held)
    holds = reports or (plot.holder == f"{plot.state.lower()}-government" and keeps_lessons_of(held, plot.state))
    validates = any(own.role in (Role.ANALYST, Role.DATA_MANAGER) and own.state in (plot.state, "AES") and not own.organisation for own in held)
    may = {"lesson-validate": validates, "lesson-contradict": True, "lesson-reuse": True}.get(name, holds)
    return {200 if name == "lesson-edit" else 302} if may else {403}


def enters_for(held: tuple[Mandate, ...], state: str, holder: str) -> bool:
    """Whether a reader corrects rows of a State and holder: its own reporters, or the State's data manager for its administration (the rule written a second time)."""
    reports = any(own.role in (Role.REPORTER, Role.REPORTER_LEAD) and own.organisation == holder and own.state in ("", state) for own in held)
    manages = any(own.role is Role.DATA_MANAGER and own.state == state and not own.organisation for own in held)
    return reports or (manages and holder == f"{state.lower()}-government")


def on_person(step: Step, target: User, signed: bool) -> set[int] | None:
    """At an address of a person."""
    held, name = step.reader.mandates, step.name
    if not signed:
        return {302}
    seen = sees_person(held, target)
    if name == "person":
        return {200} if seen else {404}
    if name == "mandate-give":
        return {403} if not gives_at_all(held) else {422} if seen else {404}
    if not seen:
        return {404}
    theirs = [mandate_of(each) for each in HeldMandate.objects.filter(person=target)]
    done = {200} if name == "password-link" else {302}  # the link is shown once
    return done if all(may_give(held, each) for each in theirs) else {403}


def keeps(held: tuple[Mandate, ...]) -> bool:
    """Whether a reader keeps sessions and decisions: the framework's analyst or data manager (the rule written a second time)."""
    return any(own.role in (Role.ANALYST, Role.DATA_MANAGER) and own.state == "AES" for own in held)


def mandate_of(row: HeldMandate) -> Mandate:
    """A row of mandates as a mandate."""
    return Mandate(str(row.person_id), Role(row.role), row.state, row.organisation)


def sees_person(held: tuple[Mandate, ...], target: User) -> bool:
    """Whether a reader answers for the State or the organisation of one of a person's mandates (the rule written a second time)."""
    for own in held:
        if own.role not in (Role.DATA_MANAGER, Role.RELEASE_AUTHORITY, Role.ADMINISTRATOR, Role.AUDITOR, Role.REPORTER_LEAD):
            continue
        if own.role is Role.ADMINISTRATOR and own.state in ("", "AES"):
            return True
        for theirs in map(mandate_of, HeldMandate.objects.filter(person=target)):
            if (not own.state or own.state == theirs.state) and (not own.organisation or own.organisation == theirs.organisation) and (own.state or own.organisation):
                return True
    return False


def text_of(answer: Any) -> str:
    """Everything an answer holds but drawn tokens, as text; an office file is opened, a PDF read, a file name in the headers counts too."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as parts:
            content = b"".join(parts.read(part) for part in parts.namelist())
    if content.startswith(b"%PDF"):
        content = "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages).encode()
    return DRAWN.sub(" ", content.decode("utf-8", "replace") + str(answer.headers))


def leaks(text: str, reader: Reader, grounds: Grounds) -> set[str]:
    """The marks in an answer of rows, or of people, its reader may not see."""
    found = set()
    for table, number in set(MARK.findall(text.lower())):
        if table == "x":
            plot = grounds.plants[int(number)].plot
            open_to_reader = visibility_of(reader.mandates).opens(sensitivity=Sensitivity.CONFIDENTIAL, owner_state=plot.state, holder="")
        elif table == "q":
            open_to_reader = writes_for(reader.mandates, grounds.plants[int(number)].plot.state) is not None
        elif table == "u":
            open_to_reader = sees_person(reader.mandates, grounds.people[int(number)])
        else:
            open_to_reader = grounds.plants[int(number)].plot.opens_to(reader.mandates)
        if not open_to_reader:
            found.add(f"zq{table}{number}zq")
    return found


def ask(question: Question) -> Any:
    """The answer; what an act changed is taken back."""
    client = question.reader.client
    if question.method == "GET":
        return client.get(question.path)
    with transaction.atomic():
        answer = client.post(question.path)
        transaction.set_rollback(True)
    return answer


def plainly(answer: Any) -> tuple[int, str]:
    """What an answer says, whatever the form its address asked for."""
    return answer.status_code, whatever_form(text_of(answer))


@dataclass
class Walk:
    """What was walked so far, and what was found on the way."""

    grounds: Grounds
    forms: dict[tuple[str, str, str], list[Question]]
    looks: Looks
    chance: random.Random
    answered: set[tuple[str, str, str]] = field(default_factory=set)
    walked: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    compared: int = 0
    unnamed: set[str] = field(default_factory=set)
    wrong: list[Any] = field(default_factory=list)
    leaked: list[Any] = field(default_factory=list)
    failed: list[Any] = field(default_factory=list)
    unlike: list[Any] = field(default_factory=list)

    def ask(self, question: Question) -> None:
        """Ask, and judge every pair that the answer answers; nothing where another form was answered without a look at the form."""
        if question.whatever_form in self.answered:
            return
        self.looks.looked = False
        answer, reader = ask(question), question.reader
        looked, text = self.looks.looked, text_of(answer)
        self.requests += 1
        self.leaked += [(reader.name, question.path, mark) for mark in sorted(leaks(text, reader, self.grounds))]
        if answer.status_code >= 500:
            self.failed.append((reader.name, question.path, answer.status_code))
        for each in [question] if looked else self.forms[question.whatever_form]:
            self.judge(each, answer.status_code)
        if not looked:
            self.answered.add(question.whatever_form)
            self.compare(question, (answer.status_code, whatever_form(text)))

    def judge(self, question: Question, status: int) -> None:
        """Whether the answer is the one due to each pair."""
        for step in question.pairs:
            wanted = expected(step)
            self.walked[step.name] += 1
            if wanted is None:
                self.unnamed |= {step.name} - OPEN - ROWS
            elif status not in wanted:
                self.wrong.append((step.reader.name, step.method, step.name, step.path, status, wanted, step.planted and step.planted.plot))

    def compare(self, question: Question, told: tuple[int, str]) -> None:
        """Ask now and then another form all the same, though no answer looks at it: both must say the same. A message that is told once may part the first two."""
        others = [each for each in self.forms[question.whatever_form] if each is not question]
        if not others or self.chance.random() >= COMPARED:
            return
        other, self.compared = self.chance.choice(others), self.compared + 1
        if plainly(ask(other)) != told and plainly(ask(question)) != plainly(ask(other)):
            self.unlike.append((question.reader.name, question.path, other.path))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("drawn_once")
def test_nobody_gets_an_answer_or_a_row_beyond_their_mandates(grounds: Grounds) -> None:
    every, full, chance = steps(grounds), os.environ.get("CONCERTATION_WALK") == "full", random.Random(SEED)
    mine = part_of(questions(every), PART)
    to_walk, forms, begun = sum(len(question.pairs) for question in mine), by_address(mine), time.monotonic()
    chance.shuffle(mine)

    with watching() as looks:
        walk = Walk(grounds, forms, looks, chance)
        for place, question in enumerate(mine):
            if full and place % PROGRESS == 0:
                print(f"{place} of {len(mine)} requests passed, {walk.requests} asked, {time.monotonic() - begun:.0f} s; found: {[*walk.leaked, *walk.wrong, *walk.failed, *walk.unlike][:5]}", flush=True)
            if not full and time.monotonic() - begun > SECONDS and walk.requests >= FEWEST:
                break
            walk.ask(question)

    print(
        f"walked {walk.walked.total()} of {to_walk} pairs at {len(walk.walked)} addresses by {len(grounds.readers)} readers with {walk.requests} requests in {time.monotonic() - begun:.0f} s "
        f"(part {PART} of {len(every)} pairs): {len(walk.leaked)} leaks, {len(walk.wrong)} wrong answers, {len(walk.failed)} failures; "
        f"{walk.compared} forms that no answer looks at asked all the same, {len(walk.unlike)} answered unlike",
    )
    print(f"walked for leaks alone: {', '.join(sorted(walk.unnamed))}")
    assert not walk.failed, walk.failed[:20]
    assert not walk.leaked, walk.leaked[:20]
    assert not walk.wrong, walk.wrong[:20]
    assert not walk.unlike, walk.unlike[:20]
    assert walk.walked.total() == to_walk if full else walk.requests >= min(FEWEST, to_walk)


def test_a_door_left_open_is_found(grounds: Grounds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GuardedQuerySet, "visible_to", lambda rows, mandates: rows.all())
    nobody, path = grounds.readers[0], f"{reverse('organisation', args=['organisation-connue-synthetique'])}?format=csv"
    found = leaks(text_of(nobody.client.get(path)), nobody, grounds)

    assert {mark[2] for mark in found} == {"a", "r"}  # what was declared, and the file it was declared in


def test_the_walk_sees_what_may_be_seen(grounds: Grounds) -> None:
    """The marks do stand in pages and exports: a walk that found nothing anywhere would prove nothing."""
    manager = next(reader for reader in grounds.readers if reader.mandates and reader.mandates[0].role is Role.DATA_MANAGER and reader.mandates[0].state == "NER")
    run, figure = grounds.plants[0].run, grounds.plants[0].figure
    pages = [
        reverse("imports"), reverse("import", args=[run.pk]), reverse("figure", args=[figure.pk]), reverse("review"), reverse("organisations"), reverse("sources"),
        reverse("raw-file", args=[run.file_id]), reverse("organisation", args=["organisation-connue-synthetique"]), reverse("people"),
        f"{reverse('organisation', args=['organisation-connue-synthetique'])}?format=xlsx", reverse("organisation", args=["plant-0"]), reverse("agreements"),
        reverse("release", args=[grounds.plants[0].release.pk]), reverse("joint-products"), reverse("alert", args=[grounds.plants[0].alert.pk]), reverse("bulletins"),
        reverse("bulletin", args=[grounds.plants[0].bulletin.pk]), reverse("round", args=[grounds.rounds[0].pk]), reverse("mappings"), reverse("funding-fund", args=[grounds.wider[0].fund.pk]),
    ]  # fmt: skip

    seen = {mark[0] for page in pages for mark in MARK.findall(text_of(manager.client.get(page)).lower())}

    assert seen >= set("afrdpsocuegxytjhqz")


def test_every_guarded_table_is_walked(grounds: Grounds) -> None:
    """A table without a planted row would be walked for nothing."""
    guarded = [each for each in apps.get_models() if issubclass(each, GuardedModel)]
    grid = {(state, level.value) for state in STATES for level in Sensitivity}

    bare = {each.__name__ for each in guarded if not grid <= set(each.objects.values_list("owner_state", "sensitivity"))}

    assert bare == {"Declaration", "ReleaseControl", "ReportingPeriod"}  # of one level whatever they come with; a period is as open as its most open import


def test_the_walk_sees_in_search_what_may_be_found(grounds: Grounds) -> None:
    manager = next(reader for reader in grounds.readers if reader.mandates and reader.mandates[0].role is Role.DATA_MANAGER and reader.mandates[0].state == "NER")

    seen = {path: {mark[0] for mark in MARK.findall(text_of(manager.client.get(path)).lower())} for path in (f"{reverse(name)}?q=zq" for name in sorted(SEARCHES))}

    assert all({"o"} <= found for found in seen.values())
    assert seen[f"{reverse('search')}?q=zq"] >= set("aos")
