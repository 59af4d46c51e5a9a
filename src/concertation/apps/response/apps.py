"""Django's registration of `response`."""

from django.apps import AppConfig


class ResponseConfig(AppConfig):
    """The subject `response`."""

    name = "concertation.apps.response"
    label = "response"
