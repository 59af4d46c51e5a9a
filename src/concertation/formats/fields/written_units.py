"""Units as fields write them, and by how much their values are multiplied to stand in the measure of an indicator."""

from collections.abc import Mapping
from types import MappingProxyType

DAY_SECONDS = 86_400.0
SPELLINGS: Mapping[str, tuple[tuple[str, float], ...]] = MappingProxyType({
    "mm": (("mm", 1.0),), "m": (("mm", 1_000.0), ("cm", 100.0)), "cm": (("cm", 1.0), ("mm", 10.0)), "kg/m2": (("mm", 1.0),),
    "mm/day": (("mm/day", 1.0),), "kg/m2/s": (("mm/day", DAY_SECONDS),), "mm/s": (("mm/day", DAY_SECONDS),), "m/s": (("mm/day", 1_000.0 * DAY_SECONDS),),
    "m/day": (("mm/day", 1_000.0),), "kg/m2/day": (("mm/day", 1.0),), "m3/s": (("m3/s", 1.0),), "kg/ha": (("kg/ha", 1.0),),
    "%": (("percent", 1.0), ("percentile", 1.0), ("share", 0.01), ("probability", 0.01), ("ratio", 0.01)),
    "1": (("index", 1.0), ("level", 1.0), ("phase", 1.0), ("share", 1.0), ("probability", 1.0), ("ratio", 1.0), ("percent", 100.0), ("units", 1.0)),
    "percentile": (("percentile", 1.0),), "people": (("people", 1.0),),
})  # fmt: skip
WORDS: Mapping[str, str] = MappingProxyType({
    "millimeter": "mm", "millimeters": "mm", "millimetre": "mm", "millimetres": "mm", "meter": "m", "meters": "m", "metre": "m", "metres": "m",
    "percent": "%", "pourcent": "%", "d": "day", "days": "day", "jour": "day", "j": "day", "sec": "s", "second": "s", "seconds": "s",
    "dimensionless": "1", "unitless": "1", "none": "1", "-": "1", "probability": "1", "fraction": "1", "index": "1", "level": "1", "personnes": "people", "persons": "people",
})  # fmt: skip


def plain_unit(written: str) -> str:
    """A unit in one spelling, whatever its powers and strokes.

    >>> [plain_unit(each) for each in ("kg m**-2 s**-1", "mm d-1", "m³ s^-1", "Millimeters", "mm/jour", "percent")]
    ['kg/m2/s', 'mm/day', 'm3/s', 'mm', 'mm/day', '%']
    """
    text = written.strip().lower().replace("**", "").replace("^", "").replace("³", "3").replace("²", "2").replace("⁻¹", "-1").replace("·", " ").replace("/", " /")
    parts = [part for part in text.split() if part]
    told = ""
    for part in parts:
        below = part.startswith("/") or (len(part) > 2 and "-" in part[1:])
        base, _, power = part.lstrip("/").partition("-") if "-" in part[1:] else (part.lstrip("/"), "", "")
        word = WORDS.get(base, base) + (power if power not in ("", "1") else "")
        told += ("/" if below and told else "") + word
    return WORDS.get(told, told)


def factor_to(written: str, measure: str) -> float | None:
    """What values written in a unit are multiplied by to stand in a measure; None where the unit is not known or not of that kind.

    >>> factor_to("m", "mm"), factor_to("kg m-2 s-1", "mm/day"), factor_to("K", "mm"), factor_to("%", "probability")
    (1000.0, 86400.0, None, 0.01)
    """
    return dict(SPELLINGS.get(plain_unit(written), ())).get(measure)
