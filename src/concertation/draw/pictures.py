"""Drawings as pictures: an SVG becomes a PNG without a browser and without reaching any other host."""

from concertation.draw.apart import drawings

SCREEN = 1.0
PRINT = 3.0


def png(svg: str, *, scale: float = 2.0) -> bytes:
    """The PNG of a self-contained SVG at `scale` pixels per drawing unit. Raises ValueError on text that is no SVG.

    >>> png('<svg xmlns="http://www.w3.org/2000/svg" width="2" height="1"/>', scale=1)[:4]
    b'\\x89PNG'
    """
    return drawings.ask("picture", svg=svg, scale=scale)
