"""Django's registration of `mobilisation`."""

from django.apps import AppConfig


class MobilisationConfig(AppConfig):
    """The subject `mobilisation`."""

    name = "concertation.apps.mobilisation"
    label = "mobilisation"
