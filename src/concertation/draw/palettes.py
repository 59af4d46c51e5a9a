"""Colours by class: the same steps on the map, in its legend, in lists and in exports.

Sequential scales are legible to colour-blind readers (YlOrBr after C. Brewer; cividis after Nuñez, Anderton and Renslow,
2018). `teals` begins at the paper: where its lowest class is the absence of a thing, absence draws no eye. The five phases of the Cadre Harmonisé and the IPC keep their official colours.
"""

from dataclasses import dataclass

INK = "#1d2b2b"
QUIET = "#5c6b6b"
LINE = "#ffffff"
EDGE = "#6b7575"
SAND = "#f3ecdf"
HATCH = "#a89f8f"
DOT_EDGE = "#1d2b2b"
STATE_EDGE = "#3a4646"


@dataclass(frozen=True, slots=True)
class Palette:
    """A named scale: its colours from the lowest class to the highest. The name is the class on the drawing."""

    name: str
    colours: tuple[str, ...]

    def colour(self, step: int, *, of: int) -> str:
        """The colour of a class; fewer classes than colours are spread over the whole scale.

        >>> YLORBR.colour(0, of=2), YLORBR.colour(1, of=2)
        ('#ffffd4', '#993404')
        """
        return self.colours[self.slot(step, of=of)]

    def slot(self, step: int, *, of: int) -> int:
        """Which of the scale's colours a class takes.

        >>> [YLORBR.slot(step, of=3) for step in range(3)], PHASES.slot(2, of=5)
        ([0, 2, 4], 2)
        """
        last = len(self.colours) - 1
        return last if of <= 1 else round(step * last / (of - 1))


YLORBR = Palette("ylorbr", ("#ffffd4", "#fed98e", "#fe9929", "#d95f0e", "#993404"))
CIVIDIS = Palette("cividis", ("#fee838", "#c3b369", "#8a8678", "#575d6d", "#00224e"))
TEALS = Palette("teals", ("#fbfaf7", "#cfe1df", "#86b5b1", "#3f807d", "#0b4a48"))
PHASES = Palette("phases", ("#cdfacd", "#fae61e", "#e67800", "#c80000", "#640000"))
PALETTES = {palette.name: palette for palette in (YLORBR, CIVIDIS, TEALS, PHASES)}


def stylesheet() -> str:
    """The rules a page's stylesheet needs for maps and legends: one class a step, and the lines around areas.

    >>> ".phases .q4{fill:#640000}" in stylesheet()
    True
    """
    steps = [
        f".{palette.name} .q{step}{{fill:{colour}}}" for palette in PALETTES.values() for step, colour in enumerate(palette.colours)
    ]
    return "\n".join(
        (
            *steps,
            f".map-areas use{{stroke:{EDGE};stroke-width:.6}}",
            f".map-areas .shared,.legend .shared{{fill:{SAND}}}",
            ".map-areas .pale,.map-areas .estimated,.map-areas .frame{fill:none;pointer-events:none}",
            ".map-areas .pale{stroke:#fff;stroke-width:2.4}",
            f".map-areas .estimated{{stroke:{INK};stroke-width:1.6;stroke-dasharray:2 3}}",
            f".map-areas .frame{{stroke:{STATE_EDGE};stroke-width:1.2}}",
            f".map-areas circle{{stroke:{DOT_EDGE};stroke-width:1.2;vector-effect:non-scaling-stroke}}",
            ".map-areas .dotted{stroke-dasharray:2 3}",
            f".map-areas a:hover>*,.map-areas a:focus>*{{stroke:{INK};stroke-width:2.4}}",
            f".legend rect{{stroke:{EDGE};stroke-width:.6}}",
            f".legend .estimated{{fill:none;stroke:{INK};stroke-dasharray:2 3;stroke-width:1.6}}",
            ".legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1rem}",
            ".legend li{display:flex;gap:.5rem;align-items:center}",
        )
    )
