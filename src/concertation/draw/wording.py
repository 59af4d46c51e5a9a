"""The few words drawings carry by themselves, in French and English, and numbers as each language writes them."""

from types import MappingProxyType

from concertation.core.classification import Classes

NARROW_BLANK = "\u202f"
FRENCH = MappingProxyType(
    {
        "no_figure": "Aucun chiffre disponible",
        "estimated": "Estimation (contour pointillé)",
        "shared": "Contour commun à plusieurs unités : un point par chef-lieu",
        "quantiles": "Classes de même effectif (quantiles)",
        "natural_breaks": "Seuils naturels (Fisher-Jenks)",
        "given": "Seuils fixés par le cadre de référence",
        "source": "Source : {}",
        "boundaries": "Contours : {}",
        "disclaimer": "Les frontières, les noms et les désignations de cette carte n'emportent ni reconnaissance ni prise de position "
        "officielle des États, du cadre de concertation ou de ses partenaires. Tracés simplifiés, donnés à titre indicatif.",
        "phase": "Phase {}",
        "column_on": "Date", "column_series": "Série", "column_label": "Nom", "column_phase": "Phase", "column_row": "Ligne", "column_column": "Colonne",
        "column_panel": "État", "column_year": "Année", "column_asked": "Demandé", "column_received": "Reçu",
    }  # fmt: skip
)
ENGLISH = MappingProxyType(
    {
        "no_figure": "No figure held",
        "estimated": "Estimate (dotted outline)",
        "shared": "One outline for several units: a dot at each chief town",
        "quantiles": "Classes of equal count (quantiles)",
        "natural_breaks": "Natural breaks (Fisher-Jenks)",
        "given": "Bounds set by the reference framework",
        "source": "Source: {}",
        "boundaries": "Boundaries: {}",
        "disclaimer": "The boundaries, names and designations on this map imply neither recognition nor any official position "
        "of the States, of the concertation framework or of its partners. Simplified lines, for orientation only.",
        "phase": "Phase {}",
        "column_on": "Date", "column_series": "Series", "column_label": "Name", "column_phase": "Phase", "column_row": "Row", "column_column": "Column",
        "column_panel": "State", "column_year": "Year", "column_asked": "Required", "column_received": "Received",
    }  # fmt: skip
)


def say(key: str, language: str, *values: str) -> str:
    """A wording in French (`fr`) or English (`en`).

    >>> say("source", "fr", "CILSS"), say("no_figure", "en")
    ('Source : CILSS', 'No figure held')
    """
    return (ENGLISH if language == "en" else FRENCH)[key].format(*values)


def number(figure: float, language: str) -> str:
    """A number as the language writes it: narrow blanks and decimal comma, or commas and decimal point.

    >>> number(2734195, "en"), number(0.43, "fr"), number(12500, "fr") == f"12{NARROW_BLANK}500"
    ('2,734,195', '0,43', True)
    """
    written = f"{figure:,.0f}" if float(figure).is_integer() else f"{figure:,.2f}".rstrip("0").rstrip(".")
    return written if language == "en" else written.replace(",", NARROW_BLANK).replace(".", ",")


def class_labels(classes: Classes, language: str) -> tuple[str, ...]:
    """The bounds of each class in words; whole numbers start one above the class below.

    >>> class_labels(Classes(1, (20, 50), "quantiles"), "en")
    ('1 – 20', '21 – 50')
    >>> class_labels(Classes(0, (0.5, 1.5), "given"), "fr")
    ('0 – 0,5', '> 0,5 – 1,5')
    """
    counted = all(float(bound).is_integer() for bound in (classes.lowest, *classes.uppers))
    return tuple(class_label(low, high, place, counted, language) for place, (low, high) in enumerate(classes.bounds()))


def class_label(low: float, high: float, place: int, counted: bool, language: str) -> str:
    """One class in words."""
    if low == high:
        return number(high, language)
    above = low if place == 0 else low + 1 if counted else low
    if above == high:
        return number(high, language)
    sign = "" if place == 0 or counted else "> "
    return f"{sign}{number(above, language)} – {number(high, language)}"
