"""What `sources` itself brings in: boundaries, whose rows belong to the places below it; and sources as they are found."""

from django.utils.translation import gettext_lazy as _

from concertation.apps.search.kinds import Kind, offer, whole
from concertation.apps.sources.boundaries import BoundaryImporter, draw_anew
from concertation.apps.sources.imports import register, register_follow_up
from concertation.apps.sources.reporting.commands import count_anew
from concertation.apps.sources.review import register_applier
from concertation.apps.sources.search_reading import sources_as_things

register(BoundaryImporter())
register_applier("place", draw_anew)
register_follow_up(count_anew)
NARROWING = frozenset({"sources.import-stored", "sources.import-withdrawn", "sources.import-closed-further"})
offer(Kind("source", 4, _("Sources"), frozenset({"sources", "needs"}), narrowing=NARROWING, **whole(sources_as_things)))
