"""Where pages of mobilisation stand."""

from django.urls import reverse
from django.utils.translation import gettext as _

Crumbs = list[tuple[str, str | None]]


def crumbs(*after: tuple[str, str | None]) -> Crumbs:
    """Where a page of mobilisation stands."""
    own: tuple[str, str | None] = (_("Mobilisation"), reverse("mobilisation") if after else None)
    return [("AES", reverse("home")), (_("Financements"), reverse("funding")), own, *after]
