"""The picture of a State in at most a thousand characters, to pass on by telephone: public rows only, whoever asks for it.

Lines are kept in the order of their weight for as long as they fit; the sources and the closing line always stand.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from concertation.apps.notes.compose import headlines, sentences, title_of
from concertation.apps.notes.footnotes import Footnotes
from concertation.apps.notes.reading import NoteReading
from concertation.apps.picture.words import day_words
from concertation.apps.sources.queries import publications
from concertation.core.periods import Language
from concertation.draw.note import Headline

LONGEST = 1000
LONGEST_TITLE = 70


def messages(held: NoteReading, languages: Iterable[Language]) -> dict[Language, str]:
    """The message in each language, from a reading that no mandate widened. Raises ValueError for any other reading."""
    if held.mandates:
        raise ValueError("a message is made from public rows only; read without mandates")
    names = Footnotes()
    cited = [*sentences(held, names), *headlines(held, names)]
    titles = {name: shortened(each.title) for name, each in publications(name for name, _said in names.cited).items()} if cited else {}
    return {language: _message_in(held, language, titles) for language in languages}


def _message_in(held: NoteReading, language: Language, known: Mapping[str, str]) -> str:
    with translation.override(language):
        notes = Footnotes()
        told = [each.words for each in sentences(held, notes)]
        figures = [headline_line(each) for each in headlines(held, notes) if each.figure.held]
        titles = list(dict.fromkeys(known[name] for name, _said in notes.cited if name in known))
        head = f"*{title_of(held)}*"
        foot = _("Lignes publiques seules, au %(day)s. Concertation humanitaire AES – Togo.") % {"day": day_words(held.on)}
        return fitted(head, [*told, *figures], titles, foot)


def headline_line(each: Headline) -> str:
    """One figure in a line: what, how many, when and of which status."""
    return _("• %(label)s : %(figure)s (%(about)s)") % {"label": each.label, "figure": each.figure.words, "about": each.about}


def shortened(title: str) -> str:
    """A title short enough for a telephone.

    >>> shortened("Cadre Harmonisé")
    'Cadre Harmonisé'
    """
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"


def fitted(head: str, lines: Sequence[str], titles: Sequence[str], foot: str) -> str:
    """Head, as many lines as fit, the sources that fit, foot: never more than a thousand characters.

    >>> fitted("H", ["a" * 600, "b" * 600], [], "F") == "H\\n" + "a" * 600 + "\\nF"
    True
    """
    kept: list[str] = []
    for line in lines:
        if len("\n".join((head, *kept, line, sources_line(titles[:1]), foot))) <= LONGEST:
            kept.append(line)
    named = len(titles)
    while named and len("\n".join((head, *kept, sources_line(titles[:named]), foot))) > LONGEST:
        named -= 1
    return "\n".join(part for part in (head, *kept, sources_line(titles[:named]), foot) if part)


def sources_line(titles: Sequence[str]) -> str:
    """The sources in one line; empty without any."""
    return _("Sources : %(titles)s.") % {"titles": "; ".join(titles)} if titles else ""
