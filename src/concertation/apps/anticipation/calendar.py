"""The year of frameworks: for each window, the months whose issues it reads and the months in which it is decided; and the strip of past years."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from concertation.core.anticipation.firing import tests_in
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.years import Years
from concertation.core.periods import MONTHS, Language
from concertation.draw.palettes import INK, QUIET, SAND
from concertation.draw.svg import FONT, SVG, element, text

MONTHS_OF_THE_YEAR = range(1, 13)
CELL, GAP, BORDER = 24, 3, 20
SAID = {"fired": ("déclenché", "fired"), "quiet": ("non déclenché", "not fired"), "untold": ("non connu", "not known")}
COLON: dict[Language, str] = {"fr": "\u202f: ", "en": ": "}
# For the strip taken away alone; on a page the stylesheet decides.
LOOKS: dict[str, dict[str, str]] = {
    "fired": {"fill": "#0b5351", "stroke": INK}, "quiet": {"fill": SAND, "stroke": QUIET}, "untold": {"fill": "none", "stroke": QUIET, "stroke_dasharray": "2 2"},
}  # fmt: skip
SMALL = {"font_size": "12", "font_family": FONT, "fill": INK}


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
    parts, width, height = _squares(windows, language)
    return element("svg", text("title", title), *parts, xmlns=SVG, viewBox=f"0 0 {width} {height}", width=width, height=height, role="img", class_="years")


def strip_alone(windows: Sequence[tuple[str, str, Years]], *, title: str, language: Language) -> str:
    """The same as a document of its own: title, squares, what each window is, and what the squares mean."""
    parts, width, height = _squares(windows, language)
    named = [text("text", f"{code}{COLON[language]}{label}", x=0, y=height + 22 + 18 * place, **SMALL) for place, (code, label, _years) in enumerate(windows)]
    under, signs = height + 22 + 18 * len(windows), []
    for place, (css, words) in enumerate(SAID.items()):
        square = element("rect", x=150 * place, y=under, width=14, height=14, **LOOKS[css])
        signs += [square, text("text", words[language == "en"], x=150 * place + 22, y=under + 12, **SMALL)]
    whole = max(width, 450, 7 * len(title), *(7 * (len(code) + len(label) + 3) for code, label, _years in windows)) + 2 * BORDER
    heading = text("text", title, x=BORDER, y=BORDER + 14, **{**SMALL, "font_size": "16", "font_weight": "bold"})
    drawn = element("g", *parts, *named, *signs, transform=f"translate({BORDER} {BORDER + 34})")
    high = under + 14 + 34 + 2 * BORDER
    ground = element("rect", width=whole, height=high, fill="#fff")
    return element("svg", text("title", title), ground, heading, drawn, xmlns=SVG, viewBox=f"0 0 {whole} {high}", width=whole, height=high, role="img")


def _squares(windows: Sequence[tuple[str, str, Years]], language: Language) -> tuple[list[str], int, int]:
    years = windows[0][2]
    left = 8 + 8 * max(len(code) for code, _label, _years in windows)
    width, height = left + years.span * CELL + GAP, len(windows) * (CELL + GAP) + 18
    rows = [_row(each, place, left, language) for place, each in enumerate(windows)]
    told = [year for year in range(years.first, years.last + 1) if year % 5 == 0]
    scale = [text("text", str(year), x=left + (year - years.first) * CELL + CELL / 2, y=height - 4, text_anchor="end" if year == years.last else "middle", class_="scale", **SMALL) for year in told]
    return [*rows, *scale], width, height


def _row(window: tuple[str, str, Years], place: int, left: int, language: Language) -> str:
    code, label, years = window
    top = place * (CELL + GAP)
    squares = [text("text", code, x=0, y=top + CELL * 0.68, class_="scale", **SMALL)]
    for year in range(years.first, years.last + 1):
        verdict = years.has(year)
        css = "fired" if verdict else "quiet" if verdict is False else "untold"
        square = text("title", f"{label}, {year}{COLON[language]}{SAID[css][language == 'en']}")
        squares.append(element("rect", square, x=left + (year - years.first) * CELL + 1, y=top + 1, width=CELL - 2, height=CELL - 2, class_=css, **LOOKS[css]))
    return "".join(squares)
