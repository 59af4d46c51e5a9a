"""What the pages of anticipatory action read at once: frameworks with what they say today, and the ground their map stands on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from concertation.apps.anticipation.models import Activation
from concertation.apps.anticipation.queries import FrameworkInView, activations, frameworks, readings, unit_names
from concertation.core.anticipation.amounts import expected_yearly_cost
from concertation.core.anticipation.backtest import BacktestResult, back_test, declared
from concertation.core.anticipation.quality import histories, stale, stations_missing, stuck
from concertation.core.anticipation.readings import Reading, Readings, season_of
from concertation.core.anticipation.replay import Met, replay
from concertation.core.anticipation.watching import Standing, WindowVerdict, standing, verdicts
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate


@dataclass(frozen=True, slots=True)
class Listed:
    """A framework in the list: its version and what leads this season among what already fired."""

    shown: FrameworkInView
    standing: str
    open: tuple[Activation, ...]


def listed(mandates: Sequence[Mandate], today: date) -> list[Listed]:
    """Every framework the reader may see, with what fired this season."""
    fired: dict[str, list[Activation]] = {}
    for each in activations(mandates):
        fired.setdefault(each.slug, []).append(each)
    found = []
    for shown in frameworks(mandates):
        season = season_of(today, starts=shown.framework.season_starts)
        own = tuple(each for each in fired.get(shown.row.slug, ()) if each.season == season and each.state not in ("closed", "stood-down"))
        found.append(Listed(shown, standing(shown.framework, (), [each.state for each in own]).value, own))
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """One framework as its page tells it: season, verdicts, past, yearly cost, doubts about its readings."""

    shown: FrameworkInView
    season: int
    verdicts: tuple[WindowVerdict, ...]
    standing: Standing
    past: BacktestResult | None
    is_computed: bool
    yearly_cost: int | None
    known: tuple[Reading, ...]
    problems: tuple[Problem, ...]
    fired: tuple[Activation, ...]
    units: Mapping[str, str]
    went: tuple[Met, ...]


def told(mandates: Sequence[Mandate], shown: FrameworkInView, today: date) -> Told:
    """Everything the page of a framework says, from the readings this reader may see."""
    framework = shown.framework
    season = season_of(today, starts=framework.season_starts)
    known = readings(mandates, framework)
    held = Readings.of(known)
    judged = verdicts(framework, held, season) if known else ()
    fired = tuple(activations(mandates, slug=shown.row.slug))
    has_past = any(each.year < season for each in known)
    past = back_test(framework, held) if has_past else declared(framework)
    periods: Mapping[str, float | None] = {name: years.return_period for name, years in past.windows.items()} if past else framework.backtest.return_periods
    overall = past.overall.return_period if past else framework.backtest.return_periods.get("overall")
    this_season = [each for each in known if each.year == season]
    problems = (*shown.read.problems, *stuck(framework, this_season), *stations_missing(framework, this_season), *stale(framework, known, today), *histories(framework, known))
    return Told(
        shown, season, judged, standing(framework, judged, [each.state for each in fired if each.season == season]), past, has_past,
        expected_yearly_cost(framework, [(name, periods.get(name)) for name in framework.windows], overall), known, problems, fired,
        unit_names([*(each.unit for each in judged), *(each.unit for each in fired)]), replay(framework, known) if has_past else (),
    )  # fmt: skip
