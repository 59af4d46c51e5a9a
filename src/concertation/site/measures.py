"""What is measured today of each decision: counts that the subjects hold, each with its date, its sources and where to look."""

from collections.abc import Callable, Sequence
from datetime import date

from django.utils import timezone

from concertation.apps.decisions.measures import Measure, register_measure
from concertation.apps.needs.queries import NationalLine, national_lines
from concertation.apps.places.queries import states_with_units
from concertation.apps.presence.queries import reports
from concertation.apps.sources.queries import rows_by_state
from concertation.core.sharing import Mandate
from concertation.formats import reference_set

FOOD_SECURITY = "phase3plus"
DISPLACED = ("idps", "refugees")
MEMBERS_ONLY = ("BFA", "MLI", "NER")


def lines_of(mandates: Sequence[Mandate], concepts: Sequence[str], sectors: Sequence[str] = ()) -> tuple[NationalLine, ...]:
    """The national lines of every State with units, as of today."""
    states = [state.iso3 for state in states_with_units()]
    return national_lines(mandates, states=states, concepts=concepts, sectors=sectors, on=timezone.localdate())


def led_on(line: NationalLine) -> date | None:
    """The day the leading figure refers to."""
    leader = line.standing.leader
    return (leader.figure.reference_end or leader.figure.reference_start) if leader else None


def began_on(line: NationalLine) -> date | None:
    """The first day of the period the leading figure refers to."""
    return line.standing.leader.figure.reference_start if line.standing.leader else None


def food_security(mandates: Sequence[Mandate]) -> Sequence[Measure]:
    """People in Cadre Harmonisé phase 3+ in the four States, where all four speak of the same season."""
    lines = [line for line in lines_of(mandates, [FOOD_SECURITY]) if line.group == "all" and line.standing.leader]
    days = {led_on(line) for line in lines}
    if not lines or len(days) != 1:
        return ()
    years = sorted({year for line in lines for year, _ in line.trend})
    by_year = {year: [held.figure.value for line in lines for at, held in line.trend if at == year] for year in years}
    trend = tuple((year, sum(v for v in values if v is not None)) for year, values in by_year.items() if len(values) == len(lines))
    total = sum(line.standing.leader.figure.value or 0 for line in lines if line.standing.leader)
    sources = tuple(dict.fromkeys(line.standing.leader.figure.source for line in lines if line.standing.leader))
    return (
        Measure(
            "phase3plus", "personnes en phase 3 ou plus, Burkina Faso, Mali, Niger et Togo",
            "people in phase 3 or worse, Burkina Faso, Mali, Niger and Togo", total, on=days.pop(), since=began_on(lines[0]),
            address="/situation/?sector=FSC", sources=sources, trend=trend,
        ),
    )


def reporting(mandates: Sequence[Mandate]) -> Sequence[Measure]:
    """Organisations that reported in the latest period of each State, as the reader may see them."""
    newest: dict[str, tuple[date, int]] = {}
    for report in reports(mandates):
        newest.setdefault(report.owner_state, (report.period_end, report.organisations))
    return tuple(
        Measure(
            f"reporting-{state.lower()}", f"organisations ont déclaré leurs activités ({state})", f"organisations reported ({state})",
            count, unit_of_measure="organisations", on=end, address=f"/states/{state}/",
        )
        for state, (end, count) in sorted(newest.items())
    )


def funding(mandates: Sequence[Mandate]) -> Sequence[Measure]:
    """The share received of what the plans of the three member States asked for, for the latest year that has both."""
    lines = [line for line in lines_of(mandates, ["requirement", "funding"]) if line.state in MEMBERS_ONLY]
    asked = {(line.state, year): held.figure for line in lines if line.concept == "requirement" for year, held in line.trend}
    received = {(line.state, year): held.figure for line in lines if line.concept == "funding" for year, held in line.trend}
    shares: dict[int, int] = {}
    for year in sorted({year for _, year in asked}):
        keys = [(state, year) for state in MEMBERS_ONLY]
        if all(key in asked and key in received for key in keys):
            due = sum(asked[key].value or 0 for key in keys)
            shares[year] = round(100 * sum(received[key].value or 0 for key in keys) / due) if due else 0
    if not shares:
        return ()
    last = max(shares)
    figures = [received[state, last] for state in MEMBERS_ONLY]
    return (
        Measure(
            "plan-coverage", f"% reçus des besoins des trois plans, {last}", f"% received of the three plans' requirements, {last}",
            shares[last], unit_of_measure="percent", on=max((f.extracted_on for f in figures if f.extracted_on), default=None),
            address="/needs/?concept=funding", sources=tuple(dict.fromkeys(f.source for f in figures)), trend=tuple(shares.items()),
        ),
    )


def frameworks(mandates: Sequence[Mandate]) -> Sequence[Measure]:
    """Anticipatory frameworks with pre-agreed money whose sources say that they hold this year."""
    today = timezone.localdate()
    held = [line for line in reference_set.read("frameworks").to_dicts() if (line["last_year"] or 0) >= today.year]
    sources = tuple(dict.fromkeys(line["source"] for line in held))
    return (
        Measure(
            "frameworks", "cadres d'action anticipée connus et valables cette année", "anticipatory frameworks known and valid this year", len(held),
            unit_of_measure="frameworks", on=today, sources=sources,
        ),
    )


def displaced(mandates: Sequence[Mandate]) -> Sequence[Measure]:
    """Internally displaced people of each State, each by its own date and status: never added together."""
    lines = [line for line in lines_of(mandates, ["idps"]) if line.group in ("all", "idp") and line.standing.leader]
    return tuple(
        Measure(
            f"idps-{line.state.lower()}", f"déplacés internes ({line.state})", f"internally displaced people ({line.state})",
            line.standing.leader.figure.value, on=led_on(line), address=f"/states/{line.state}/",
            sources=(line.standing.leader.figure.source,),
            trend=tuple((year, held.figure.value) for year, held in line.trend if held.figure.value is not None),
        )
        for line in lines if line.standing.leader
    )


def kept_by_states(mandates: Sequence[Mandate]) -> Sequence[Measure]:
    """Rows each State keeps on this node, as the reader may see them."""
    return tuple(
        Measure(
            f"rows-{str(line['state']).lower()}", f"lignes gardées par l'État ({line['state']})", f"rows kept by the State ({line['state']})",
            int(str(line["rows"] or 0)), unit_of_measure="rows", address="/sources/",
        )
        for line in rows_by_state(mandates)
    )


BY_DECISION: dict[int, tuple[Callable[[Sequence[Mandate]], Sequence[Measure]], ...]] = {
    1: (food_security, reporting), 3: (funding,), 5: (frameworks,), 6: (displaced,), 8: (kept_by_states,),
}


def offer_measures() -> None:
    """Tie each measure to its decision."""
    for number, measures in BY_DECISION.items():
        for measure in measures:
            register_measure(number, measure)
