"""What `sources` itself brings in: boundaries, whose rows belong to the places below it."""

from concertation.apps.sources.boundaries import BoundaryImporter
from concertation.apps.sources.imports import register

register(BoundaryImporter())
