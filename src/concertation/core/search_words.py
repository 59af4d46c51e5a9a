"""One way of writing words for every index of the product, so that what a person types meets what a row says on any engine.

A word is kept twice. Its *exact* form has no accent, case, hyphen or elided article: `L'Hôpital` is `hopital`. Its *stems* are
what the French Snowball algorithm leaves of it, taken with its accents and without them, because people type both
(`hôpitaux` and `hopital` meet), and without a closing s that the algorithm keeps (`abris`). Stemming goes too far at times (`distribuer`, `distribution`), so exact matches always come first.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from snowballstemmer.french_stemmer import FrenchStemmer

from concertation.core.spelling import fold, squeeze

SHORTEST_PLURAL, LONGEST_WORD, LONGEST_NAME = 5, 40, 80
LONGEST_QUERY, MOST_WANTED = 300, 12
APOSTROPHES = "'’‘ʼʹ′`´"
ELIDED = frozenset({"l", "d", "qu", "n", "s", "j", "c", "m", "t", "jusqu", "lorsqu", "puisqu", "quoiqu"})
LETTERS = r"(?:[^\W_][\u0300-\u036f]*)"
DOTTED = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?")
WRITTEN = re.compile(rf"{LETTERS}+(?:[{APOSTROPHES}]{LETTERS}+)*")
STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a au aux avec ce ces cet cette d dans de des du elle elles en est et il ils l la le les leur leurs n nous on ou par pour qu que qui s sa sans "
        "se ses son sont sur un une vous y an and are at by for from in is of on or the to with",
    ),
)
WHOLE = "xx"  # opens the squeezed form of a whole name among the words of titles
MARKS = {"titles": "xt", "exact_text": "", "search_text": "xs", "guards": "xg"}  # what opens each word of a column


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written, where it stands in the text, and its forms in an index."""

    start: int
    end: int
    exact: tuple[str, ...]
    joined: str
    stems: tuple[str, ...]


@lru_cache(maxsize=65_536)
def stems(word: str) -> tuple[str, ...]:
    """The stems of one word, without accents; a word with a digit is a code and has none but itself.

    >>> stems("hôpitaux"), stems("réfugiées"), stems("abris"), stems("ner004")
    (('hopital',), ('refugi', 'refugie'), ('abris', 'abri'), ('ner004',))
    """
    bare = fold(word).replace(" ", "")
    if not bare.isalpha():
        return (bare,) if bare else ()
    singular = bare[:-1] if len(bare) >= SHORTEST_PLURAL and bare.endswith("s") else bare
    found = (fold(FrenchStemmer().stemWord(written)) for written in (word, bare, singular))
    return tuple(dict.fromkeys(stem for stem in found if stem))


def _undotted(text: str) -> str:
    """An acronym loses its points and keeps its length: `O.I.M.` is one word, and words stay where they stood."""
    return DOTTED.sub(lambda found: found[0].replace(".", "").ljust(len(found[0])), text)


def words(text: str) -> Iterator[Word]:
    """Every word of a text with its forms, in order.

    >>> [word.exact for word in words("L'hôpital de N’Guigmi (NER004), O.I.M.")]
    [('hopital',), ('de',), ('guigmi',), ('ner004',), ('oim',)]
    """
    for found in WRITTEN.finditer(_undotted(text)):
        written = found[0]
        exact, joined, stemmed = _forms(written) if len(written) <= LONGEST_NAME else _forms.__wrapped__(written)
        if exact:
            yield Word(found.start(), found.end(), exact, joined, stemmed)


@lru_cache(maxsize=32_768)
def _forms(written: str) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """One word as written: its exact forms, the whole in one piece, its stems; the words of a field come again and again."""
    parts = re.split(f"[{APOSTROPHES}]", unicodedata.normalize("NFC", written).lower())
    while len(parts) > 1 and parts[0] in ELIDED:
        del parts[0]
    cut = [part[:LONGEST_WORD] for part in parts]
    exact = tuple(piece for part in cut for piece in fold(part).split())
    return exact, squeeze(written)[:LONGEST_WORD], tuple(stem for part in cut for stem in stems(part))


def exact_forms(texts: Iterable[str], *, most: int) -> str:
    """The exact forms of some texts, each once; a word with an apostrophe also in one piece (`Nguigmi`).

    >>> exact_forms(["Commune de N'Guigmi", "commune"], most=9)
    'commune de guigmi nguigmi'
    """
    found: dict[str, None] = {}
    for word in (word for text in texts for word in words(text)):
        found |= dict.fromkeys(word.exact if word.joined in word.exact else (*word.exact, word.joined))
        if len(found) >= most:
            break
    return " ".join(found)


def stem_forms(texts: Iterable[str], *, most: int) -> str:
    """The stems of some texts, each once, stop words left out.

    >>> stem_forms(["Les animaux et l'eau des écoles"], most=9)
    'animal eau ecol'
    """
    found: dict[str, None] = {}
    for word in (word for text in texts for word in words(text)):
        if not set(word.exact) <= STOP_WORDS:
            found |= dict.fromkeys(word.stems)
        if len(found) >= most:
            break
    return " ".join(found)


def whole_form(name: str) -> str:
    """A whole name or code as one word: `NE 04`, `ne-04` and `NE04` meet here; empty for a name without letters or digits.

    >>> whole_form("Fada N'Gourma") == whole_form("fada ngourma"), whole_form("…")
    (True, '')
    """
    bare = squeeze(name)[:LONGEST_NAME]
    return WHOLE + bare if bare else ""


def marked(written: str, column: str) -> str:
    """Words as a column of the index holds them. An index keeps one list a word: a word that is in every text and in no name is then not looked for through every text.

    >>> marked("enfants eau", "titles"), marked("enfants", "exact_text")
    ('xtenfants xteau', 'enfants')
    """
    return " ".join(MARKS[column] + word for word in written.split())


@dataclass(frozen=True, slots=True)
class WantedWord:
    """One word a person looks for: its exact form, and the other forms by which it may be found."""

    exact: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person looks for: the words that must all be there, the whole as one name, and whether the last word may go on."""

    written: str
    words: tuple[WantedWord, ...]
    whole: str
    goes_on: bool

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.words)

    @classmethod
    def of(cls, written: str) -> "Wanted":
        """Read what a person typed; of a text without end the beginning counts. Stop words count only when nothing else is there.

        >>> Wanted.of("les enfants d").words == Wanted.of("enfants").words, bool(Wanted.of("?! ° ..."))
        (True, False)
        """
        kept = " ".join(written[:LONGEST_QUERY].replace("\0", " ").split())
        typed = list(words(kept))
        telling = [word for word in typed if not set(word.exact) <= STOP_WORDS] or typed
        wanted: dict[str, WantedWord] = {}
        for word in telling:
            for piece in word.exact:
                others = (*word.stems, word.joined) if len(word.exact) == 1 else stems(piece)
                wanted.setdefault(piece, WantedWord(piece, tuple(dict.fromkeys(form for form in others if form != piece))))
        goes_on = bool(telling) and telling[-1] is typed[-1] and not written[:LONGEST_QUERY].endswith((" ", "."))
        return cls(kept, tuple(wanted.values())[:MOST_WANTED], whole_form(kept), goes_on and len(wanted) <= MOST_WANTED)

    def stands_in(self, word: Word) -> bool:
        """Whether a word of a text is one of those looked for, to mark it.

        >>> [Wanted.of("hopital").stands_in(word) for word in words("Les hôpitaux")]
        [False, True]
        """
        forms = {*word.exact, word.joined, *word.stems}
        if any({each.exact, *each.others} & forms for each in self.words):
            return True
        return self.goes_on and len(self.words[-1].exact) > 1 and any(form.startswith(self.words[-1].exact) for form in (*word.exact, word.joined))
