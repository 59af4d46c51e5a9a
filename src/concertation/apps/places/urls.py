"""Addresses of places and of the shapes of maps."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from concertation.apps.places import pages


class DigestConverter(StringConverter):
    """The sixteen hexadecimal digits that name a file of shapes."""

    regex = "[0-9a-f]{16}"


class StateConverter(StringConverter):
    """A State by its three letters."""

    regex = "[A-Z]{3}"


register_converter(DigestConverter, "digest")
register_converter(StateConverter, "iso3")

urlpatterns = [
    path("maps/<digest:digest>.svg", pages.symbols, name="map-symbols"),
    path("places/", pages.places, name="places"),
    path("places/divisions/<slug:division_id>/", pages.division, name="division"),
    path("places/boundaries/<iso3:iso3>/", pages.boundaries, name="boundaries"),
    path("places/boundaries/sets/<uuid:set_id>/", pages.boundary_set, name="boundary-set"),
    path("places/boundaries/sets/<uuid:set_id>/approve/", pages.approve, name="boundary-approve"),
    path("places/<slug:unit_id>/names/", pages.unit_names, name="unit-names"),
]
