"""What `sources` itself brings in: boundaries, whose rows belong to the places below it."""

from concertation.apps.sources.boundaries import BoundaryImporter, draw_anew
from concertation.apps.sources.imports import register
from concertation.apps.sources.review import register_applier

register(BoundaryImporter())
register_applier("place", draw_anew)
