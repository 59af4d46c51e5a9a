"""Two spellings are the same name when only case, accents, hyphens, apostrophes or blanks differ.

The folded form is a key for matching and sorting, never something to show.
"""

import re
import unicodedata

NOT_A_LETTER_OR_DIGIT = re.compile(r"[^0-9a-z]+")
LETTERS_WITHOUT_DECOMPOSITION = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ɓ": "b", "ɗ": "d", "ŋ": "n", "ɲ": "ny", "ɛ": "e", "ɔ": "o"})


def fold(written: str) -> str:
    """The key under which spellings of one name meet: lower case, no accents, single blanks between words.

    >>> fold("  SÉGOU ") == fold("Segou")
    True
    >>> fold("Fada N'Gourma"), fold("Plateau-Central")
    ('fada n gourma', 'plateau central')
    """
    letters = unicodedata.normalize("NFKD", written.casefold().translate(LETTERS_WITHOUT_DECOMPOSITION))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return NOT_A_LETTER_OR_DIGIT.sub(" ", bare).strip()


def squeeze(written: str) -> str:
    """The folded key without blanks: `N'Guigmi`, `Nguigmi` and `N Guigmi` meet here.

    >>> squeeze("N'Guigmi") == squeeze("Nguigmi")
    True
    """
    return fold(written).replace(" ", "")
