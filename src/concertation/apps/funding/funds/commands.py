"""Writing funds: one registered with its holder and rules, or its rules corrected on the version that was read; each act leaves a line in the journal."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid5

from django.db import transaction

from concertation.apps.funding.commands import MONEY
from concertation.apps.funding.models import Fund, Party
from concertation.apps.ground.commands import journal
from concertation.apps.ground.editing import ActRefused, held_at
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate

RULES = ("least_grant_minor", "most_grant_minor", "overhead_cap", "least_local_share", "eligible_types", "earmark", "earmark_text")


class FundRefused(ActRefused):
    """A fund that cannot be registered or corrected so, for the reason given."""


@transaction.atomic
def register_fund(told: Mapping[str, Any], *, state: str, share_as: str, by: Mandate) -> Fund:
    """Register a fund and the party that holds it. Raises FundRefused when one of that name is held already, or its rules contradict each other."""
    check_rules(told)
    known_as = f"node:{told['name_fr'].strip()}"[:120]
    if Party.objects.filter(known_as=known_as).exists():
        raise FundRefused([Problem("fund-already-held", value=told["name_fr"])])
    party = Party.objects.create(
        id=uuid5(MONEY, f"party {known_as}"), owner_state=state, sensitivity=share_as, known_as=known_as, name_fr=told["party"], name_en=told["party"], party_type=told["party_type"],
    )  # fmt: skip
    made: Fund = Fund.objects.create(
        owner_state=state, sensitivity=share_as, party=party, name_fr=told["name_fr"].strip(), name_en=told["name_en"].strip(), kind=told["kind"], currency=told["currency"],
        registered_by=by.person, **{name: told[name] for name in RULES},
    )  # fmt: skip
    journal("funding.fund-registered", by, state=state, fund=made.pk, kind=made.kind, currency=made.currency)
    return made


@transaction.atomic
def correct_rules(one: Fund, told: Mapping[str, Any], *, base_version: int, by: Mandate) -> Fund:
    """Correct the rules of a fund; the journal keeps those before. Raises Conflict, FundRefused."""
    check_rules(told)
    now = held_at(Fund, one.pk, base_version)
    before = {name: getattr(now, name) for name in RULES}
    for name in RULES:
        setattr(now, name, told[name])
    now.version += 1
    now.save(update_fields=[*RULES, "version"])
    changed = {name: [before[name], told[name]] for name in RULES if before[name] != told[name] and name != "earmark_text"}
    journal("funding.fund-corrected", by, state=now.owner_state, fund=now.pk, version=now.version, changed=changed)
    return now


def check_rules(told: Mapping[str, Any]) -> None:
    """Raises FundRefused where the smallest grant is above the largest."""
    least, most = told["least_grant_minor"], told["most_grant_minor"]
    if least is not None and most is not None and least > most:
        raise FundRefused([Problem("fund-least-above-most", value=str(told.get("name_fr", "")))])
