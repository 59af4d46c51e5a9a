"""What a file taken away says of its sources: each publication or file received, with all that is known of it."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _

from concertation.apps.sources.models import ImportRun
from concertation.apps.sources.models import Source as Publication
from concertation.draw.tables import Source


def of_publication(name: str, known: Mapping[str, Publication], *, title: str = "", **said: str) -> Source:
    """A publication under its id, with what is said of it here (date, scope, extracted, method); its day of publication where no date is."""
    held = known.get(name)
    told = {"date": "", "scope": "", **said}
    if held is None:
        return Source(source=title or name, licence="", id=name, **told)
    published = held.published_on.isoformat() if held.published_on else ""
    return Source(source=held.title, licence=held.licence, publisher=held.publisher, url=held.url, id=name, **{**told, "date": told["date"] or published or _("non datée")})


def own_register(scope: str, *, on: date) -> Source:
    """The node's own register, as it stands on a day: for tables that no publication gave."""
    return Source(source="Concertation", date=on.isoformat(), licence="", scope=scope, method=_("registre de ce nœud"), extracted=on.isoformat())


def of_files(runs: Iterable[ImportRun]) -> tuple[Source, ...]:
    """The files that activities were read from, each once: its period, the day it was stored, its State, its SHA-256."""
    once = {run.pk: run for run in runs}
    return tuple(
        Source(
            source=run.file.name, date="/".join(day.isoformat() for day in (run.period_start, run.period_end) if day), licence="",
            scope=_("Activités déclarées, %(state)s") % {"state": run.owner_state}, publisher=run.holder or run.owner_state,
            extracted=run.stored_at.date().isoformat() if run.stored_at else "", method=_("classeur reçu, lu ligne à ligne"), id=run.file_id,
        )
        for run in once.values()
    )  # fmt: skip
