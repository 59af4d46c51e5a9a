"""One round of watch: every framework judged on what is known, delays without objection let pass, and what that gives told."""

from datetime import datetime
from typing import Any

from concertation.apps.anticipation import commands
from concertation.apps.anticipation.acting.commands import let_delay_pass
from concertation.apps.anticipation.queries import activations, framework
from concertation.apps.response.feeding import feed
from concertation.core.anticipation.watching import standing
from concertation.core.sharing import Role
from concertation.site.node import OPERATOR


def watch(at: datetime, *, only: str = "") -> dict[str, Any]:
    """Judge every framework; a second round on the same readings fires nothing more."""
    for by in OPERATOR:
        if by.state and by.role is Role.DATA_MANAGER:
            feed(by.state, at=at, by=by)
    watched = commands.watch(at, only=only)
    waited = let_delay_pass(activations(OPERATOR), at=at)
    fired = list(activations(OPERATOR))
    return {"at": at.isoformat(), "activated_after_delay": [str(each.pk) for each in waited], "frameworks": [_told(each, fired) for each in watched]}


def _told(each: commands.Watched, fired: list[Any]) -> dict[str, Any]:
    own = [line for line in fired if line.slug == each.framework and line.season == each.season]
    shown = framework(OPERATOR, each.framework)
    return {
        "framework": each.framework, "version": each.edition, "sha256": each.sha256, "season": each.season,
        "standing": standing(shown.framework, each.verdicts, [line.state for line in own]).value if shown else "watch",
        "windows": [{"window": verdict.window, "unit": verdict.unit, "fired": verdict.fired, "half_way": verdict.is_half_way} for verdict in each.verdicts],
        "fired_now": [line.window for line in each.fired], "activations": [{"id": str(line.pk), "window": line.window, "unit": line.unit, "state": line.state} for line in own],
        "problems": [{"code": problem.code, "value": problem.value, **problem.detail} for problem in each.problems],
    }  # fmt: skip
