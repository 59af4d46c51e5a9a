"""What the cell of a place may hold beside one name: nothing, a whole area, the kind of the unit, or several places.

Words of French forms and workbooks; a cell that names nothing is never a problem, it only says less.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from concertation.core.spelling import fold

NO_NAME = frozenset(
    {
        "na",
        "nd",
        "ns",
        "nsp",
        "nan",
        "null",
        "none",
        "neant",
        "aucun",
        "aucune",
        "inconnu",
        "inconnue",
        "indetermine",
        "x",
        "xx",
        "xxx",
        "ref",
        "vide",
    }
    | {
        "true",
        "false",
        "divers",
        "autre",
        "autres",
        "plusieurs",
        "multiple",
        "region",
        "regions",
        "departement",
        "departements",
        "province",
        "provinces",
    }
    | {
        "commune",
        "communes",
        "cercle",
        "cercles",
        "prefecture",
        "national",
        "nationale",
        "village",
        "villages",
        "n a",
        "n d",
        "non precise",
    }
    | {
        "non precisee",
        "non defini",
        "non renseigne",
        "non applicable",
        "a definir",
        "a preciser",
        "pas precise",
        "niveau national",
        "tout le pays",
    }
)
WHOLE_AREA = re.compile(
    r"(?:toute?s?|tous|tout|ensemble|l ensemble|plusieurs|differente?s|divers(?:es)?)(?: (?:l|d|les|la|le|des|du|de))* (?:communes?|departements?|provinces?|cercles?|regions?|pays|villages?|zones?|sites?|prefectures?|localites?)(?: .*)?"
)
KIND_WORDS = re.compile(
    r"(?:(ville)|(region)|(departement|dept|province|cercle|prefecture)|(communaute urbaine|commune urbaine|commune rurale|commune|cu|cr))(?: (?:de l|de la|des|du|de|d))? (.+)"
)
CLOSING_WORDS = re.compile(
    r"(.+?) (?:(ville)|(region)|(departement|province|cercle|prefecture)|(commune urbaine|commune rurale|commune|urbain|rural))"
)
SEPARATORS = re.compile(r"[,;/\n\r+&|]|\s-\s|\s(?:et|and|ainsi que)\s", re.IGNORECASE)


@lru_cache(maxsize=65536)
def names_something(written: str | None) -> bool:
    """Whether a cell holds a name: not blank, not 0, N/A, a dash or an error, not "toutes les communes" and the like.

    >>> [names_something(text) for text in ("Dakoro", "0", "N/A", "-", "#REF!", "Toutes les communes", " ", None)]
    [True, False, False, False, False, False, False, False]
    """
    if not written or written.lstrip().startswith("#"):
        return False
    folded = fold(written)
    if not any(letter.isalpha() for letter in folded):
        return False
    return folded not in NO_NAME and not WHOLE_AREA.fullmatch(folded)


def kinds_said(folded: str) -> Iterable[tuple[str | None, str | None, str | None, str | None, str]]:
    """(town word, region word, second-level word, commune word, name) of a folded text that says its kind."""
    if opening := KIND_WORDS.fullmatch(folded):
        yield opening[1], opening[2], opening[3], opening[4], opening[5]
    if closing := CLOSING_WORDS.fullmatch(folded):
        yield closing[2], closing[3], closing[4], closing[5], closing[1]


def listed_places(written: str) -> tuple[str, ...]:
    """The places listed in one cell; a bare number takes the name before it.

    >>> listed_places("Dosso, Loga et Gaya"), listed_places("Niamey 1, 2 et 3")
    (('Dosso', 'Loga', 'Gaya'), ('Niamey 1', 'Niamey 2', 'Niamey 3'))
    """
    places: list[str] = []
    for piece in (part.strip(" .") for part in SEPARATORS.split(written)):
        if piece.isdigit() and places:
            piece = f"{places[-1].rstrip('0123456789 ')} {piece}"
        if names_something(piece):
            places.append(piece)
    return tuple(places)
