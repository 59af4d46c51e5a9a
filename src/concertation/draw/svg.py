"""SVG as text, written so that a page may carry it under a strict content security policy: attributes, never `style`."""

from xml.sax.saxutils import escape, quoteattr

SVG = "http://www.w3.org/2000/svg"
# Fonts of one width first (Arial, Liberation Sans, Helvetica), so that room measured here is room found in the browser.
FONT = "Arial, 'Liberation Sans', Helvetica, Roboto, 'DejaVu Sans', sans-serif"


def element(name: str, *children: str, **attributes: str | float | None) -> str:
    """One element with its children as given and its attributes escaped; None leaves an attribute out.

    `class_` is written `class`, other underscores become hyphens.

    >>> element("a", text("title", "Téra < Gao"), href="/x?a=1&b=2", class_="q1", font_size=None)
    '<a href="/x?a=1&amp;b=2" class="q1"><title>Téra &lt; Gao</title></a>'
    >>> element("rect", stroke_width=0.5)
    '<rect stroke-width="0.5"/>'
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(trimmed(value))}" for key, value in attributes.items() if value is not None
    )
    inside = "".join(children)
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def text(name: str, words: str, **attributes: str | float | None) -> str:
    """One element around escaped words.

    >>> text("text", "a & b", x=3)
    '<text x="3">a &amp; b</text>'
    """
    return element(name, escape(words), **attributes)


def trimmed(value: str | float) -> str:
    """A number with at most two decimals and no trailing zeros; text as it is.

    >>> trimmed(3.0), trimmed(2.456), trimmed("viewBox")
    ('3', '2.46', 'viewBox')
    """
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def wrapped(words: str, *, width: float, size: float) -> list[str]:
    """Words in lines that fit a width, a letter counted as 0.52 of the type size.

    >>> wrapped("Les frontières de cette carte", width=80, size=10)
    ['Les frontières', 'de cette carte']
    """
    lines: list[str] = []
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def text_width(words: str, size: float) -> float:
    """The estimated width of words at a type size.

    >>> text_width("Gao", 10)
    15.6
    """
    return round(0.52 * size * len(words), 2)
