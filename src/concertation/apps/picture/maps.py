"""The map of the picture and what stands for it where no outline is held: every area and every square is a link to its unit.

The map, the ranked list and the squares take their colours from one shading. The map draws the level asked for only; a State
without outlines of that level is shown as squares grouped by region, and that is said.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from concertation.apps.ground.downloads import language
from concertation.apps.picture.measures import (
    ANSWERED,
    VERDICTS,
    Measure,
    Shading,
    declared_organisations,
    need_words,
    shaded,
)
from concertation.apps.picture.queries import Row, Scene
from concertation.apps.picture.reading import Ground, drawn, drawn_within
from concertation.apps.picture.words import day_words, kind_words, number, period_words, verdict_words
from concertation.apps.places.drawing import Drawing, Part
from concertation.core.spelling import fold
from concertation.draw.map_exports import Caption, standalone
from concertation.draw.maps import Layers, Legend, Mark, choropleth, legend_list, legend_of
from concertation.draw.tiles import Tile, TileBlock

RANKED = 15


@dataclass(frozen=True, slots=True)
class Picture:
    """One measure over the units of some scenes: its shading, its drawing (none where no outline is held), its words."""

    measure: Measure
    shading: Shading
    scenes: tuple[Scene, ...]
    drawing: Drawing | None
    ground: Ground
    readers: frozenset[str]
    rows: tuple[tuple[Scene, Row], ...]

    @property
    def legend(self) -> Legend:
        """The classes in words."""
        if self.shading.is_of_verdicts:
            whole = all(scene.asked.state in self.readers for scene in self.scenes)
            return Legend(_("Ce qui peut être dit de la présence"), tuple(verdict_words(each, whole=whole) for each in VERDICTS), self.measure.palette, "")
        title = self.title_of_measure
        if self.shading.classes is None:
            return Legend(title, (), self.measure.palette, "")
        return legend_of(self.shading.classes, title=title, palette=self.measure.palette, language=language())

    @property
    def title_of_measure(self) -> str:
        """What the colours mean."""
        if self.measure.key in ("organisations", "presence"):
            return str(self.measure.label).capitalize()
        need = need_words(self.scenes[0].asked.sector)
        return need if self.measure.key == "need" else f"{str(self.measure.label).capitalize()} ({need.lower()})"

    @property
    def title(self) -> str:
        """What the map shows, of which units and when."""
        states = [scene.asked.state for scene in self.scenes]
        units = ", ".join(dict.fromkeys(kind_words(state, self.scenes[0].asked.level, 1) for state in states))
        return _("%(what)s par %(units)s") % {"what": self.title_of_measure, "units": units}

    @property
    def missing(self) -> list[Scene]:
        """The scenes of which no outline is held at their level."""
        held = {part.division for part in self.drawing.parts} if self.drawing else set()
        return [scene for scene in self.scenes if scene.asked.division not in held]


def picture(
    scenes: Sequence[Scene], measure: Measure, ground: Ground, *, readers: frozenset[str], only: frozenset[str] | None = None,
) -> Picture:
    """A measure over scenes; `readers` are the States whose confidential rows the reader sees, `only` keeps these units of one scene."""
    rows = tuple((scene, row) for scene in scenes for row in scene.rows if only is None or row.unit.pk in only)
    parts = [Part(scene.asked.division, scene.asked.level) for scene in scenes]
    drawing = drawn(parts) if only is None else drawn_within(parts[0], only)
    return Picture(measure, shaded(measure, [row for _scene, row in rows]), tuple(scenes), drawing, ground, readers, rows)


def sentence_of(row: Row, scene: Scene, shown: Picture) -> str:
    """What a reader is told of one unit when pointing at it."""
    place = f"{row.unit.name}, {shown.ground.states[scene.asked.state].name}"
    presence = presence_of(row, scene, whole=scene.asked.state in shown.readers)
    if shown.measure.key in ("presence", "organisations"):
        return _("%(place)s : %(told)s") % {"place": place, "told": presence}
    return _("%(place)s : %(told)s ; %(presence)s") % {"place": place, "told": _amount(row, shown), "presence": presence}


def _amount(row: Row, shown: Picture) -> str:
    value = shown.measure.read(row)
    if value is None:
        return number(None).lower()
    when = period_words(row.need_start, row.need_end) + (_(", estimé") if row.need_estimated else "")
    return f"{number(value)} {shown.measure.unit}" + (f" ({when})" if when else "")


def presence_of(row: Row, scene: Scene, *, whole: bool) -> str:
    """Organisations declared and the day of the report, or what may be said instead."""
    if row.verdict not in ANSWERED or scene.period is None or not row.activities:
        when = f" ({day_words(scene.period[1])})" if scene.period and row.verdict == "none_declared" else ""
        return verdict_words(row.verdict, whole=whole) + when
    return _("%(count)s organisations déclarées (%(day)s)") % {"count": number(row.organisations), "day": day_words(scene.period[1])}


def marks(shown: Picture) -> list[Mark]:
    """What the map shows of each unit; a dot at the chief town only where the level has outlines."""
    held = {part.division for part in shown.drawing.parts} if shown.drawing else set()
    return [
        Mark(
            row.unit.pk, sentence_of(row, scene, shown), shown.shading.steps[row.unit.pk], reverse("unit", args=[row.unit.pk]),
            estimated="estimated" in shown.shading.css(row),
            at=(row.unit.longitude, row.unit.latitude) if row.unit.longitude is not None and row.unit.latitude is not None else None,
        )
        for scene, row in shown.rows if scene.asked.division in held
    ]  # fmt: skip


def drawing_markup(shown: Picture) -> SafeString:
    """The map, then squares for the States without outlines at this level."""
    drawing = SafeString("")
    if shown.drawing is not None:
        svg = choropleth(
            shown.drawing.sheet, marks(shown), legend=shown.legend, title=shown.title, language=language(), sheet_href=shown.drawing.href,
            boundary_source=shown.drawing.source,
        )
        drawing = mark_safe(svg)  # noqa: S308 — every word in it was escaped by draw.svg
    return drawing + tiles(shown)


def tiles(shown: Picture) -> SafeString:
    """A square a unit, grouped by region, for the States whose outlines of this level nobody holds."""
    if not shown.missing:
        return SafeString("")
    legend = SafeString("") if shown.drawing else mark_safe(legend_list(shown.legend, _signs(shown), language()))  # noqa: S308
    blocks = format_html_join("", "{}", ((_tiles_of(scene, shown),) for scene in shown.missing))
    return format_html('<div class="tiles {}">{}{}</div>', shown.measure.palette.name, blocks, legend)


def _signs(shown: Picture) -> Layers:
    """The signs a legend of squares needs: none held, estimated."""
    filled = tuple((mark.unit, mark) for mark in (Mark(row.unit.pk, "", shown.shading.steps[row.unit.pk], estimated=row.need_estimated) for _scene, row in shown.rows))
    return Layers(filled, (), (), (), (), ())


def _tiles_of(scene: Scene, shown: Picture) -> SafeString:
    lines = format_html_join("", "<li><span>{}</span><span>{}</span></li>", (
        (region, format_html_join("", '<a class="{}" href="{}" title="{}"><span class="unseen">{}</span></a>', (
            (shown.shading.css(row), reverse("unit", args=[row.unit.pk]), sentence_of(row, scene, shown), row.unit.name) for row in rows
        ))) for region, rows in _by_region(scene, shown)
    ))  # fmt: skip
    return format_html('<p class="small soft">{}</p><ul>{}</ul>', _tile_words(scene, shown), lines)


def _by_region(scene: Scene, shown: Picture) -> list[tuple[str, list[Row]]]:
    only = {row.unit.pk for _scene, row in shown.rows}
    by_region: dict[str, list[Row]] = {}
    for row in scene.rows:
        region = shown.ground.region_of(row.unit, scene.asked.division)
        if row.unit.pk in only:
            by_region.setdefault(region.name if region else "", []).append(row)
    return sorted(by_region.items(), key=lambda pair: fold(pair[0]))


def _tile_words(scene: Scene, shown: Picture) -> str:
    asked = scene.asked
    return _("%(state)s : aucun contour de %(unit)s n'est tenu. Chaque carré est une unité, rangée par région.") % {
        "state": shown.ground.states[asked.state].name, "unit": kind_words(asked.state, asked.level, 1),
    }


def ranked(shown: Picture) -> list[dict[str, object]]:
    """The units in order of the measure, the first ones; for presence, those where nothing is declared, the greatest need first."""
    silent = silences(shown)
    lines = sorted(silent or shown.rows, key=lambda pair: _rank(pair[1], shown))
    several = len(shown.scenes) > 1
    read = value_beside(shown)
    return [
        {
            "label": row.unit.name, "url": reverse("unit", args=[row.unit.pk]), "value": read(row), "css": shown.shading.css(row),
            "note": shown.ground.states[scene.asked.state].name if several else _note(row, scene, shown),
        }
        for scene, row in lines[:RANKED]
    ]  # fmt: skip


def silences(shown: Picture) -> list[tuple[Scene, Row]]:
    """The units where a report covers the sector and nothing is declared, when presence is shown; none for another measure."""
    return [(scene, row) for scene, row in shown.rows if row.verdict == "none_declared"] if shown.shading.is_of_verdicts else []


def value_beside(shown: Picture) -> Callable[[Row], int | None]:
    """What stands beside a unit in the list: the measure; for presence the need, or the organisations where no need is held."""
    if not shown.shading.is_of_verdicts:
        return shown.measure.read
    return (lambda row: row.need) if holds_need(shown) else declared_organisations


def holds_need(shown: Picture) -> bool:
    """Whether any unit shown has a need."""
    return any(row.need is not None for _scene, row in shown.rows)


def _note(row: Row, scene: Scene, shown: Picture) -> str:
    region = shown.ground.region_of(row.unit, scene.asked.division)
    return region.name if region and region.pk != row.unit.pk else ""


def _rank(row: Row, shown: Picture) -> tuple[int, int, str]:
    value = value_beside(shown)(row)
    fewest_first = shown.shading.is_of_verdicts and not holds_need(shown)
    return (int(value is None), (value or 0) * (1 if fewest_first else -1), row.unit.sort_key)


def sources_words(shown: Picture) -> str:
    """Where the figures of the map come from and when, need and presence each with its date."""
    parts: list[str] = []
    needs = dict.fromkeys((scene.need_dates, scene.asked.sector) for scene in shown.scenes if scene.need_dates != (None, None))
    if needs:
        parts.append(_("Besoin : %(when)s") % {"when": ", ".join(dict.fromkeys(period_words(*dates) for dates, _sector in needs))})
    told = [(scene, scene.period) for scene in shown.scenes if scene.period]
    presence = [f"{shown.ground.states[scene.asked.state].name} {day_words(period[1])}" for scene, period in told]
    if presence:
        parts.append(_("Présence : %(when)s") % {"when": ", ".join(presence)})
    if any("estimated" in shown.shading.css(row) for _scene, row in shown.rows):
        divisions = ", ".join(dict.fromkeys(shown.ground.divisions[scene.asked.division].name for scene in shown.scenes if any(row.need_estimated for row in scene.rows)))
        parts.append(_("Lu sur un autre découpage que celui des chiffres, estimé : %(divisions)s") % {"divisions": divisions})
    return ". ".join(parts) + "." if parts else ""


def map_block(shown: Picture, *, more_url: str) -> dict[str, object]:
    """The map, its list and its exports, as the map_block tag takes them."""
    return {
        "title": shown.title, "drawing": drawing_markup(shown), "palette": shown.measure.palette.name, "caption": sources_words(shown),
        "ranked": ranked(shown), "ranked_label": _ranked_label(shown), "more_url": more_url,
        "unit": _unit_beside(shown),
        "exports": ["svg", "png", "slide"] if shown.rows else [],
    }  # fmt: skip


def _unit_beside(shown: Picture) -> str:
    if not shown.shading.is_of_verdicts:
        return str(shown.measure.unit)
    return need_words(shown.scenes[0].asked.sector) if holds_need(shown) else _("organisations")


def _ranked_label(shown: Picture) -> str:
    if not shown.shading.is_of_verdicts or (not silences(shown) and holds_need(shown)):
        return _("Les plus élevés d'abord")
    if not silences(shown):
        return _("Le moins d'organisations d'abord")
    return _("Où aucune activité n'est déclarée, le plus grand besoin d'abord") if holds_need(shown) else _("Où aucune activité n'est déclarée")


def map_document(shown: Picture) -> str:
    """The map as an SVG of its own, for a letter or a slide."""
    if not shown.rows:
        return ""
    caption = Caption(shown.title, sources_words(shown), "", shown.drawing.source if shown.drawing else "")
    sheet = shown.drawing.sheet if shown.drawing else None
    tiles = [_tile_block(scene, shown) for scene in shown.missing]
    return standalone(sheet, marks(shown), legend=shown.legend, caption=caption, language=language(), tiles=tiles)


def _tile_block(scene: Scene, shown: Picture) -> TileBlock:
    steps, css = shown.shading.steps, shown.shading.css
    held = [(region, tuple(Tile(row.unit.name, steps[row.unit.pk], "estimated" in css(row)) for row in rows)) for region, rows in _by_region(scene, shown)]
    return TileBlock(_tile_words(scene, shown), tuple(held))

