"""Addresses of places and of the shapes of maps."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from concertation.apps.places import pages


class DigestConverter(StringConverter):
    """The sixteen hexadecimal digits that name a file of shapes."""

    regex = "[0-9a-f]{16}"


register_converter(DigestConverter, "digest")

urlpatterns = [
    path("maps/<digest:digest>.svg", pages.symbols, name="map-symbols"),
]
