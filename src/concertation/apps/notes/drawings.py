"""The map and the chart of a note, from the same shading and the same specifications as the pages."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from concertation.apps.decisions.measures import Measure
from concertation.apps.ground.downloads import language
from concertation.apps.needs.words import term
from concertation.apps.notes.footnotes import Footnotes
from concertation.apps.notes.reading import SECTOR, NoteReading
from concertation.apps.picture.maps import Picture, marks, picture, sources_words
from concertation.apps.picture.unit_figures import History, history, history_chart
from concertation.apps.picture.words import number
from concertation.core.concepts import INTERSECTORAL
from concertation.draw.charts import CONFIG, Point, Spec, drawn, trend
from concertation.draw.map_exports import map_alone
from concertation.draw.maps import layers, special_signs
from concertation.draw.note import Drawing, Key
from concertation.draw.wording import say

WIDE, NARROW = 640, 400


def shown_picture(held: NoteReading) -> Picture:
    """The map of the note: need (or what may be said of presence where none is held) by unit of level 1."""
    readers = frozenset(state for state in held.states if held.shown.whole(state))
    return picture(held.shown.scenes, held.shown.chosen.measure, held.shown.ground, readers=readers)


def map_drawing(held: NoteReading, notes: Footnotes) -> Drawing | None:
    """The map with its legend; None where no outline is held."""
    shown = shown_picture(held)
    if shown.drawing is None:
        return None
    on_map, legend, words = marks(shown), shown.legend, language()
    classes = [Key(label, legend.palette.colours[legend.slot(step)]) for step, label in enumerate(legend.labels)]
    signs = [Key(label, sign=sign_of(css, fill)) for css, fill, label in special_signs(layers(shown.drawing.sheet, on_map), words) if css != "shared"]
    alt = f"{shown.title}. " + " ".join(f"{mark.sentence}." for mark in on_map)
    cited = [number for _scene, row in shown.rows if row.need is not None for number in notes.need(row)]
    under = " ".join((sources_words(shown), f"{cited_words(cited)}." if cited else "", say("boundaries", words, shown.drawing.source) + "."))
    return Drawing(shown.title, map_alone(shown.drawing.sheet, on_map, legend=legend, title=shown.title, width=WIDE if held.is_joint else NARROW), alt, (*classes, *signs), under)


def sign_of(css: str | None, fill: str | None) -> str:
    """Which sign of a legend this is."""
    return "hatch" if fill == "hatch" else css or "class"


def years_of(held: NoteReading) -> History | None:
    """Need and phase 3 or worse over the years of one State; None for several States or fewer than two years."""
    return None if held.is_joint else history([line for line in held.lines if line.sector in (INTERSECTORAL, SECTOR)])


def years_chart(held: NoteReading, title: str) -> tuple[Spec, str] | None:
    """Need and phase 3 or worse over the years of one State, with the same in words; None for several States or fewer than two years."""
    shown = years_of(held)
    if shown is None:
        return None
    told = (f"{line.year} " + ", ".join(f"{heading.lower()} {number(one.figure.value)}" for heading, one in zip(shown.headings, line.values, strict=True) if one) for line in shown.years)
    return history_chart(shown, title), f"{title}. {'; '.join(told)}."


def years_drawing(held: NoteReading, title: str, notes: Footnotes) -> Drawing | None:
    """The chart of the years as a drawing that stands under a heading of its own; its sources under it."""
    made, shown = years_chart(held, title), years_of(held)
    if made is None or shown is None:
        return None
    cited = dict.fromkeys(number for line in shown.years for each in line.values if each for number in notes.figure(each))
    return under_heading(made[0], title, made[1], cited, width=360, height=170)


def together_drawing(measure: Measure | None, title: str, notes: Footnotes) -> Drawing | None:
    """A measure of the States together over the years as a drawing; None without two years."""
    if measure is None or len(measure.trend) < 2:
        return None
    label = measure.label_en if language() == "en" else measure.label_fr
    spec = trend([Point(f"{year}-01-01", value, label) for year, value in measure.trend], title=title, measure=term("measure", "people").name)
    told = "; ".join(f"{year} {number(value)}" for year, value in measure.trend)
    return under_heading(spec, title, f"{title}. {told}.", notes.publication(measure.sources, measure.on), width=640, height=110)


def under_heading(spec: Spec, title: str, alt: str, cited: Iterable[int], *, width: int, height: int) -> Drawing:
    """A chart without its own title, its legend above it, its sources under it."""
    beside = {"legend": {**CONFIG["legend"], "orient": "top"}}
    spec = {**{part: value for part, value in spec.items() if part != "title"}, "width": width, "height": height, "config": {**CONFIG, **beside}}
    return Drawing(title, drawn(spec, language=language()), alt, under=cited_words(cited))


def cited_words(numbers: Iterable[int]) -> str:
    """The footnotes a drawing rests on."""
    return _("Sources : %(numbers)s") % {"numbers": ", ".join(map(str, sorted(set(numbers))))}
