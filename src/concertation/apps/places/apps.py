"""Django's registration of `places`."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """The subject `places`."""

    name = "concertation.apps.places"
    label = "places"
