"""Footnotes of a note: one number for each source with its dates, scope, method and status, in the order they are first cited."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.ground.downloads import language
from concertation.apps.needs.queries import HeldFigure
from concertation.apps.needs.taken_sources import names_of
from concertation.apps.needs.words import term
from concertation.apps.picture.queries import Row, Scene
from concertation.apps.picture.tables import need_method
from concertation.apps.picture.words import day_words, number, period_words
from concertation.apps.sources.models import Source as Publication
from concertation.apps.sources.queries import publications
from concertation.core.figures import method_in_words
from concertation.draw.note import Footnote, Told
from concertation.draw.tables import Source

Cited = tuple[str, str]


class Footnotes:
    """The sources cited so far: a publication and what is said of it, or a State's declared presence."""

    def __init__(self) -> None:
        self.cited: list[Cited] = []

    def number_of(self, name: str, said: str) -> int:
        """The number of a source, given when it is first cited."""
        if (name, said) not in self.cited:
            self.cited.append((name, said))
        return self.cited.index((name, said)) + 1

    def figure(self, held: HeldFigure) -> tuple[int, ...]:
        """The footnotes of a figure: its publications, its dates, the day it was read, its scope, method and status."""
        figure = held.figure
        parts = (
            period_words(figure.reference_start, figure.reference_end), _read_on(figure.extracted_on), figure.scope or "",
            method_in_words(figure.method, language()), term("status", figure.status).name,
        )  # fmt: skip
        return self._each(names_of(figure), parts)

    def need(self, row: Row) -> tuple[int, ...]:
        """The footnotes of the need of a unit."""
        names = [name.strip() for name in row.need_source.split(";") if name.strip()]
        return self._each(names, (period_words(row.need_start, row.need_end), need_method(row)))

    def presence(self, scene: Scene, state_name: str) -> tuple[int, ...]:
        """The footnote of what was declared in a State; none without a report."""
        if scene.period is None:
            return ()
        told = "" if scene.reporting is None else ngettext("%(count)s organisation a déclaré", "%(count)s organisations ont déclaré", scene.reporting) % {"count": number(scene.reporting)}
        said = ", ".join(part for part in (_("Activités déclarées, %(state)s") % {"state": state_name}, period_words(*scene.period), told) if part)
        return (self.number_of("", said),)

    def publication(self, names: Iterable[str], on: date | None) -> tuple[int, ...]:
        """The footnotes of a measure: its publications, on a day."""
        return self._each(list(names), (day_words(on) if on else "",))

    def _each(self, names: list[str], parts: Iterable[str]) -> tuple[int, ...]:
        said = ", ".join(part for part in parts if part)
        return tuple(dict.fromkeys(self.number_of(name, said) for name in names))

    def told(self, held: HeldFigure | None, words: str = "") -> Told:
        """A figure in words with its footnotes; marked where it is an estimate; in words where none is held."""
        if held is None or held.figure.value is None:
            return missing()
        estimated = f" ({_('estimé')})" if held.figure.status == "estimated" else ""
        return Told((words or number(held.figure.value)) + estimated, self.figure(held))

    def listed(self) -> tuple[Footnote, ...]:
        """The footnotes in their order. One query."""
        known = publications(name for name, _said in self.cited)
        return tuple(_footnote(place, name, said, known) for place, (name, said) in enumerate(self.cited, start=1))

    def as_sources(self) -> tuple[Source, ...]:
        """The footnotes as the sources of a file. One query."""
        known = publications(name for name, _said in self.cited)
        return tuple(
            Source(source=known[name].title if name in known else name or said, date=said if name else "", licence=known[name].licence if name in known else "", scope="", id=name)
            for name, said in self.cited
        )


def missing() -> Told:
    """That no figure is held."""
    return Told(_("aucun chiffre disponible"), held=False)


def _read_on(day: date | None) -> str:
    return _("relevé le %(day)s") % {"day": day_words(day)} if day else ""


def _footnote(place: int, name: str, said: str, known: dict[str, Publication]) -> Footnote:
    held = known.get(name)
    if held is None:
        return Footnote(place, ". ".join(part for part in (name, said) if part) + ".")
    title = f"{held.title} ({held.publisher})" if held.publisher and held.publisher not in held.title else held.title
    licence = _("Licence %(licence)s") % {"licence": held.licence} if held.licence else ""
    return Footnote(place, ". ".join(part for part in (title, said, licence) if part) + ".", held.url)
