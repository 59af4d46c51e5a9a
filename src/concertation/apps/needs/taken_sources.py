"""Where figures taken away come from: each publication with its dates, the day it was read, its scope, its method and its status."""

from collections.abc import Iterable, Mapping

from concertation.apps.ground.downloads import language
from concertation.apps.needs.queries import HeldFigure
from concertation.apps.needs.words import term
from concertation.apps.sources.models import Source as Publication
from concertation.apps.sources.queries import publications
from concertation.apps.sources.taken_sources import of_publication
from concertation.core.figures import Figure, method_in_words
from concertation.draw.tables import Source

Said = tuple[str, str, str, str, str]


def sources_of_figures(every: Iterable[HeldFigure]) -> tuple[Source, ...]:
    """Each publication that the figures rest on, once for each reference date, scope and method. One query."""
    held = list(every)
    titles = {each.figure.source: each.source_title for each in held}
    said = dict.fromkeys((name, *_said(each.figure)) for each in held for name in names_of(each.figure))
    known = publications(name for name, *_others in said)
    return tuple(_source(line, known, titles) for line in sorted(said))


def names_of(figure: Figure) -> list[str]:
    """The ids of the publications of a figure; a calculation may rest on several."""
    return [name.strip() for name in figure.source.split(";") if name.strip()]


def _said(figure: Figure) -> tuple[str, str, str, str]:
    days = "/".join(dict.fromkeys(day.isoformat() for day in (figure.reference_start, figure.reference_end) if day))
    method = ", ".join(part for part in (term("status", figure.status).name, method_in_words(figure.method, language())) if part)
    return days, figure.extracted_on.isoformat() if figure.extracted_on else "", figure.scope or "", method


def _source(line: Said, known: Mapping[str, Publication], titles: Mapping[str, str]) -> Source:
    name, days, extracted, scope, method = line
    return of_publication(name, known, title=titles.get(name, ""), date=days, extracted=extracted, scope=scope, method=method)
