"""A timetable as bars over months (a Gantt chart), drawn as SVG under a strict policy: attributes alone, no style, no script.

Each bar says its words to who cannot see it. Months are marked by quarter; a vertical line marks the day of the drawing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from concertation.core.periods import MONTHS, Language
from concertation.draw.svg import FONT, SVG, element, text, wrapped

WIDTH, LABELS, ROW, TOP, SIZE = 960.0, 300.0, 30.0, 34.0, 12.0
INK, SOFT, LINE, ACCENT = "#1a2324", "#526063", "#d9d2c3", "#0b5351"
FILLS = {"planned": "#a9cbc5", "under-way": "#2f7f77", "done": "#0b5351", "blocked": "#9b1c1c", "cancelled": "#d9d2c3", "": "#a9cbc5"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One activity: its label, its days (either may be missing), its state, and the same in words."""

    label: str
    starts_on: date | None
    ends_on: date | None
    state: str
    words: str
    heading: bool = False


def gantt(bars: Sequence[Bar], *, title: str, today: date, language: Language) -> str:
    """The chart as SVG; empty when no bar has both days.

    >>> drawn = gantt([Bar("A1 Réunion", date(2026, 1, 1), date(2026, 3, 31), "done", "A1 : janvier-mars 2026")], title="Plan", today=date(2026, 2, 1), language="fr")
    >>> drawn.startswith("<svg"), "style=" in drawn, drawn.count("<rect")
    (True, False, 1)
    """
    dated = [(bar.starts_on, bar.ends_on) for bar in bars if bar.starts_on and bar.ends_on]
    if not dated:
        return ""
    first, last = min(start for start, _ in dated).replace(day=1), max(end for _, end in dated)
    height = TOP + ROW * len(bars) + 8
    parts = [text("title", title), *months(first, last, height, language), *now(first, last, today, height)]
    for place, bar in enumerate(bars):
        parts += row(bar, TOP + ROW * place, first, last)
    return element("svg", *parts, xmlns=SVG, class_="gantt", viewBox=f"0 0 {WIDTH:g} {height:g}", role="img", aria_label=title, font_family=FONT)


def across(day: date, first: date, last: date) -> float:
    """Where a day stands from left to right.

    >>> across(date(2026, 1, 1), date(2026, 1, 1), date(2026, 12, 31))
    300.0
    """
    return LABELS + (WIDTH - LABELS - 8) * (day - first).days / max((last - first).days, 1)


def months(first: date, last: date, height: float, language: Language) -> list[str]:
    """A line at the start of each quarter (of each year when there are many), with its name."""
    every = 3 if (last - first).days < 365 * 3 else 12
    found, day = [], first
    while day <= last:
        if (day.month - 1) % every == 0 or day == first:
            at = across(day, first, last)
            found.append(element("line", x1=at, x2=at, y1=TOP - 8, y2=height, stroke=LINE))
            words = f"{short_month(day.month, language)} {day.year}" if every == 3 else str(day.year)
            found.append(text("text", words, x=at + 3, y=16, font_size=11, fill=SOFT))
        day = day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)
    return found


def short_month(month: int, language: Language) -> str:
    """A month as calendars shorten it.

    >>> [short_month(month, "fr") for month in (1, 5, 10)], short_month(1, "en")
    (['janv.', 'mai', 'oct.'], 'Jan')
    """
    name = MONTHS[language][month - 1]
    if language == "en" or len(name) <= 4:
        return name[:3] if language == "en" else name
    return f"{name[:4] if name[3] not in 'aeiouéoû' and name[:3] not in ('avr', 'oct', 'nov', 'déc', 'mar') else name[:3]}."


def now(first: date, last: date, today: date, height: float) -> list[str]:
    """The line of the day of the drawing, where it falls within."""
    if not first <= today <= last:
        return []
    at = across(today, first, last)
    return [element("line", x1=at, x2=at, y1=TOP - 8, y2=height, stroke=ACCENT, stroke_width=1.5, stroke_dasharray="4 3")]


def row(bar: Bar, top: float, first: date, last: date) -> list[str]:
    """One activity, or one heading, on its row."""
    weight = "bold" if bar.heading else None
    lines = wrapped(bar.label, width=LABELS - 16, size=SIZE)[:2]
    shown = [text("text", words, x=0, y=top + (17 if len(lines) == 1 else 11 + 13 * place), font_size=SIZE, fill=INK, font_weight=weight) for place, words in enumerate(lines)]
    drawn = [*shown, element("line", x1=0, x2=WIDTH, y1=top + ROW - 2, y2=top + ROW - 2, stroke=LINE, stroke_width=0.5)]
    if bar.starts_on and bar.ends_on:
        left, right = across(bar.starts_on, first, last), across(bar.ends_on, first, last)
        fill = FILLS.get(bar.state, FILLS[""])
        drawn.append(element("rect", text("title", bar.words), x=left, y=top + 7, width=max(right - left, 3), height=14, rx=2, fill=fill))
    return drawn
