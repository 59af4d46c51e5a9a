"""The year of frameworks: for each window, the months whose issues it reads and the months in which it is decided; and the strip of past years."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from concertation.core.anticipation.firing import tests_in
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.years import Years
from concertation.core.periods import MONTHS, Language
from concertation.draw.svg import SVG, element, text

MONTHS_OF_THE_YEAR = range(1, 13)
CELL, GAP = 24, 3


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """One window over twelve months: what each month is (`read`, `decide`, `both`, empty)."""

    framework: Framework
    window: str
    months: tuple[str, ...]


def line_of(framework: Framework, window: str) -> CalendarLine:
    """The months of one window."""
    read = set(months_read(framework, window))
    decided = set(framework.windows[window].decide)
    kinds = ["both" if month in read & decided else "read" if month in read else "decide" if month in decided else "" for month in MONTHS_OF_THE_YEAR]
    return CalendarLine(framework, window, tuple(kinds))


def months_read(framework: Framework, window: str) -> Iterable[int]:
    """The months in which something a window reads is issued; none named where any issue counts."""
    for test, issues in tests_in(framework.windows[window].fire):
        every = framework.indicators[framework.tests[test].indicator].every
        for issue in issues:
            yield {"month": issue, "dekad": (issue - 1) // 3 + 1, "week": min((issue - 1) * 12 // 53 + 1, 12), "day": min((issue - 1) * 12 // 366 + 1, 12)}.get(every, 0)


def month_initials(language: Language) -> list[tuple[str, str]]:
    """(short, whole) name of each month."""
    return [(name[:1].upper(), name) for name in MONTHS[language]]


def strip(windows: Sequence[tuple[str, str, Years]], *, title: str, language: Language) -> str:
    """The strip of past years as SVG, of windows by (code, label, years): one square a year, full where it fired, dotted where nobody can tell."""
    if not windows:
        return ""
    years = windows[0][2]
    left = 8 + 8 * max(len(code) for code, _label, _years in windows)
    width, height = left + years.span * CELL + GAP, len(windows) * (CELL + GAP) + 18
    rows = [_row(each, place, left, language) for place, each in enumerate(windows)]
    told = [year for year in range(years.first, years.last + 1) if year % 5 == 0]
    scale = [text("text", str(year), x=left + (year - years.first) * CELL + CELL / 2, y=height - 4, text_anchor="end" if year == years.last else "middle", class_="scale") for year in told]
    return element("svg", text("title", title), *rows, *scale, xmlns=SVG, viewBox=f"0 0 {width} {height}", width=width, height=height, role="img", class_="years")


def _row(window: tuple[str, str, Years], place: int, left: int, language: Language) -> str:
    code, label, years = window
    top = place * (CELL + GAP)
    squares = [text("text", code, x=0, y=top + CELL * 0.68, class_="scale")]
    for year in range(years.first, years.last + 1):
        verdict = years.has(year)
        css = "fired" if verdict else "quiet" if verdict is False else "untold"
        told = {"fired": ("déclenché", "fired"), "quiet": ("non déclenché", "not fired"), "untold": ("non connu", "not known")}[css][language == "en"]
        sign = "\u202f: " if language == "fr" else ": "
        square = text("title", f"{label}, {year}{sign}{told}")
        squares.append(element("rect", square, x=left + (year - years.first) * CELL + 1, y=top + 1, width=CELL - 2, height=CELL - 2, class_=css))
    return "".join(squares)
