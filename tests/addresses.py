"""Every address of the node with something to put into it: the ground on which budgets, languages, accessibility and fuzzing walk.

Addresses come from the table of addresses itself, so a new page is walked the day it is added; what to put into a part of an
address stands in `Ground.parts`.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from access_plants import Planted, plant, plots
from access_steps import browser_of, person
from activity_samples import activity, organisation, stored_import
from beginnings import prepared_folder
from concertation.apps.access.commands import make_token
from concertation.apps.access.queries import held_today
from concertation.apps.anticipation.commands import Brought, store_readings, watch
from concertation.apps.anticipation.models import Activation
from concertation.apps.funding.funds.commands import RULES, register_fund
from concertation.apps.funding.models import ExchangeRate
from concertation.apps.picture.commands import refresh
from concertation.apps.presence.models import Activity
from concertation.apps.search.commands import refresh as refresh_search
from concertation.core.anticipation.readings import Reading, season_of
from concertation.core.sharing import Mandate, Role, Sensitivity
from concertation.formats.framework_file import shipped
from concertation.site import reference
from joint_plants import joint_of
from release_steps import own_node
from round_steps import asked, round_of, solved, valued

NOWHERE = "00000000-0000-0000-0000-000000000000"
PART = re.compile(r"<(?:[^<>:]+:)?([^<>]+)>")


@dataclass(frozen=True)
class Address:
    """One address of the table: its name, its route as written, and the parts it asks for."""

    name: str
    route: str
    parts: tuple[str, ...]
    view: Any = field(compare=False, repr=False, default=None)

    def path(self, values: Mapping[str, object]) -> str:
        """The address with its parts filled in."""
        return "/" + PART.sub(lambda part: str(values[part[1]]), self.route)


def table_of_addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[Address]:
    """Every address of the node, those of a pattern in regular expressions (allauth's) excepted where they hold parts."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from table_of_addresses(entry, route if str(entry.pattern) != "^/" else before)
        elif isinstance(entry, URLPattern):
            plain = route.replace("^", "").replace("$", "")
            if "(" not in plain:
                yield Address(entry.name or plain, plain, tuple(PART.findall(plain)), entry.callback)


@dataclass(frozen=True)
class Ground:
    """A node with the reference set and a few synthetic rows of every table, and who reads it."""

    plants: Sequence[Planted]
    parts: Mapping[str, Sequence[object]]
    manager: Client
    nobody: Client

    def readers_without_mandate(self) -> Client:
        """A new browser of somebody with an account and no mandate."""
        return browser_of(person(f"without-{id(Client())}"))

    def samples(self, address: Address) -> list[str]:
        """The address with everything there is to put into it; nothing where a part is not known."""
        if any(part not in self.parts for part in address.parts):
            return []
        return [address.path(dict(zip(address.parts, values, strict=True))) for values in product(*(self.parts[part] for part in address.parts))]


def lay() -> Ground:
    """The ground: a declared month in Niger and every planted row, read by nobody signed in and by Niger's data manager."""
    reference.load_if_changed()
    known = organisation("Organisation connue synthétique")
    run = stored_import("NER", sensitivity="public", sectors=("FSC", "WSH"))
    for number, (unit, sector) in enumerate(product(("ner-1-diffa", "ner-1-maradi", "ner-2-diffa"), ("FSC", "WSH"))):
        activity(run, known if number % 2 else organisation(f"Organisation synthétique {number}"), unit, sector=sector)
    plants = [plant(plot, known) for plot in plots()]
    for state in ("NER", "MLI"):
        refresh(state)
    refresh_search("AES")
    rising_river()
    own_node()
    manager, other = person("manager", (Role.DATA_MANAGER, "NER")), person("other", (Role.READER, "NER"))
    planned = round_of(asked(), title="2026 (synthétique)")
    valued(solved(planned))
    token, _raw = make_token(manager, name="synthetic", mandates=held_today(manager), expires_on=date(2099, 1, 1))
    return Ground(plants, parts_of(plants, other.pk, other.held_mandates.get().pk, token.pk, planned.pk), browser_of(manager), Client())


def rising_river() -> None:
    """Niger's frameworks with synthetic series: the river passed its three levels, the drought has a past of forecasts."""
    floods, drought = (shipped()[name].read.framework for name in ("ner-floods-2025", "ner-drought-2024"))
    assert floods is not None and drought is not None
    now, by = timezone.now(), Mandate("node", Role.DATA_MANAGER, state="NER")
    year = season_of(timezone.localdate(now), starts=floods.season_starts)
    brought = Brought("synthetic.csv", "0" * 64, "synthetic", "restricted")
    store_readings(floods, [Reading("level", "", year, 220 + day, 590.0 + 8 * day, timezone.localdate(now)) for day in range(3)], brought, at=now, by=by)
    past = [Reading("forecast", "", each, issue, 10.0 + (7 * each + issue) % 40, None) for each in range(year - 25, year) for issue in range(1, 7)]
    store_readings(drought, past, brought, at=now, by=by)
    watch(now, only="ner-floods-2025")


def parts_of(plants: Sequence[Planted], person_id: object, mandate_id: object, token_id: object, round_id: object) -> dict[str, Sequence[object]]:
    """What may stand in each part of an address."""
    own, kept = plants[0], plants[len(Sensitivity)]  # what the State's own administration holds, which its data manager may change
    return {
        "product_id": [joint_of(own.plot.mark("y"))],
        "subject": ["access", "pages"], "about": ["NER", "AES"], "division_id": ["ner-2011", "bfa-2025"], "iso3": ["NER", "TGO"], "unit_id": ["ner-1-diffa", "ner-2-diffa"],
        "run_id": [own.run.pk], "doubt_id": [own.doubt.pk], "sha256": [own.run.file_id], "source_id": [own.run.source_id, "hdx-cadre-harmonise"],
        "figure_id": [own.figure.pk], "flow_id": [own.flow.pk], "fund_id": [funds_fund()], "rate_id": list(ExchangeRate.objects.values_list("pk", flat=True)[:1]), "number": range(1, 9), "code": ["FSC", "WSH"], "slug": [own.organisation.slug, "organisation-connue-synthetique"],
        "reference": ["S1"], "line_code": ["P0"], "lesson_id": [own.lesson.pk], "release_id": [own.release.pk], "agreement_id": [own.agreement.pk], "reuse_id": [NOWHERE], "person_id": [person_id], "mandate_id": [mandate_id], "token_id": [token_id], "link": ["forged"], "invitation_id": [NOWHERE],
        "appeal_id": [kept.promised.appeal.pk], "meeting_id": [kept.promised.meeting.pk], "pledge_id": [kept.promised.pledge.pk], "receipt_id": [kept.promised.receipt.pk], "statement_id": [kept.promised.statement.pk],
        "line_id": [kept.promised.line.pk], "envelope_id": [NOWHERE], "publication_id": [NOWHERE],
        "digest": ["0" * 16], "round_id": [round_id], "constraint_id": [NOWHERE], "change_id": [NOWHERE], "set_id": [NOWHERE], "spelling_id": [own.organisation.spellings.get().pk], "merge_id": [NOWHERE],
        "import_id": [own.run.pk], "state": ["NER"], "activity_id": [Activity.objects.filter(import_run=own.run).values_list("pk", flat=True)[0]], "pk": [1],
        "period_id": [own.period.pk],
        "alert_id": [own.alert.pk], "bulletin_id": [own.bulletin.pk], "held_id": [own.envelope.pk],
        "framework": ["bfa-drought-2026", "ner-drought-2024"], "field_id": [own.field.pk], "activation_id": [own.fired.pk, *Activation.objects.filter(slug="ner-floods-2025").values_list("pk", flat=True)],
    }


def funds_fund() -> object:
    """A synthetic fund that anybody may read."""
    told = {"name_fr": "Fonds synthétique", "name_en": "Synthetic fund", "party": "Tenant synthétique", "party_type": "government", "kind": "national_fund", "currency": "XOF", **dict.fromkeys(RULES), "eligible_types": [], "earmark": {}, "earmark_text": ""}
    return register_fund(told, state="NER", share_as="public", by=Mandate("node", Role.DATA_MANAGER, state="NER")).pk


CHOICES = {
    "response": ("?state=NER&delay=answered&sort=delay",), "funding": ("?year=2021",), "funding-clusters": ("?year=2024&sector=PRO",), "funding-counting": ("?state=NER&year=2022",), "funding-quality": ("?state=NER&year=2022",),
    "funding-rates": ("?amount=1000&base=XOF&quote=EUR&on=2025-08-08",),
    "funding-flows": ("?state=NER&measure=flexible&verdict=unknown&year=2022", "?q=synthetic&status=paid&sort=dated"),
    "situation": ("?level=2&sector=ALL&measure=presence", "?state=NER"), "sector": ("?state=NER&level=2",), "needs": ("?state=NER",), "sources": ("?q=niger",),
    "organisations": ("?q=synth",), "journal": ("?act=access.mandate-given",), "sessions-compared": ("?first=S1",), "lessons": ("?q=zql", "?hazard=flood"), "source-cell": ("?sheet=&row=2",),
    "pledges": ("?state=NER&sort=-amount", "?to=EUR&rate_XOF=0.0015"), "statement": ("?lines=all",), "pledge": ("?dollar=560",),
    "reporting-calendar": ("?year=2022", "?year=2022&sector="), "reporting-leads": ("?year=2022",), "reporting-open": ("?year=2024&rhythm=month&due_days=10&sector=",),
    "round-what-if": ("?kind=softer&id=alpha-eau-niger&amount=",), "search": ("?q=diffa", "?q=diffa&kind=place", "?q=tilaberri"), "search-suggestions": ("?q=diffa",),
}  # fmt: skip
ENDS = frozenset({"account_logout", "sessions-end"})


OPENS: dict[str, tuple[str, ...]] = {}  # what of an address opens, to whom: the same on every ground, so it is found out once a run
KEPT_AS = "opens.json"


def know_what_opens() -> None:
    """Take over what another process of this run found out."""
    kept = prepared_folder(KEPT_AS)
    if kept and kept.exists():
        OPENS.update({route: tuple(to_whom) for route, to_whom in json.loads(kept.read_text("utf-8")).items()})


def keep_what_opens() -> None:
    """Tell it to the other processes of this run."""
    if kept := prepared_folder(KEPT_AS):
        arriving = kept.with_suffix(f".{os.getpid()}")
        arriving.write_text(json.dumps(OPENS), "utf-8")
        arriving.replace(kept)


def with_choices(ground: Ground) -> dict[str, tuple[Client, str]]:
    """Every page that opens to Niger's data manager, else to nobody signed in: who opens it and the address with its choices."""
    found = {}
    know_what_opens()
    known = len(OPENS)
    for address in table_of_addresses():
        if address.name in ENDS:
            continue
        asked = [(f"{address.name} {place + 1}{choice}" if place or choice else address.name, f"{path}{choice}") for place, path in enumerate(ground.samples(address)) for choice in ("", *CHOICES.get(address.name, ()))]
        if address.route not in OPENS:
            OPENS[address.route] = tuple(opening(ground, [path for _name, path in asked]))
        found.update({name: (getattr(ground, who), path) for (name, path), who in zip(asked, OPENS[address.route], strict=True) if who})
    if len(OPENS) > known:
        keep_what_opens()
    return found


def opening(ground: Ground, paths: Sequence[str]) -> Iterator[str]:
    """Who of the two opens each path of one address, empty when nobody does; an address that is only sent to is asked once."""
    only_sent_to = False
    for path in paths:
        answer = None if only_sent_to else ground.manager.get(path)
        only_sent_to = answer is None or answer.status_code == 405
        if answer is None or only_sent_to or (answer.status_code == 200 and not is_page(answer)):
            yield ""
        else:
            yield "manager" if is_page(answer) else "nobody" if shows_page(ground.nobody, path) else ""


def is_page(answer: Any) -> bool:
    """Whether an answer is a page rather than a file, a refusal or the way elsewhere."""
    return answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")


def shows_page(client: Client, path: str) -> bool:
    """Whether an address answers somebody with a page."""
    return is_page(client.get(path))


def is_whole(client: Client, path: str) -> bool:
    """Whether a page stands alone: a part put into another page does not."""
    return b"<html" in client.get(path).content


def opened(ground: Ground, state: str, *, activities: int) -> None:
    """One more report of a State with so many activities of new organisations."""
    run = stored_import(state, sensitivity="public", sectors=("FSC", "WSH"))
    for number in range(activities):
        activity(run, organisation(f"Organisation ajoutée {number} synthétique"), "ner-1-dosso", sector="WSH")
    refresh(state)
