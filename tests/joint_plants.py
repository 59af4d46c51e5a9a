"""A joint product planted for the walk of access: about one State, with that State's reservation."""

from typing import Any

from activity_samples import END
from concertation.apps.sharing.models import JointProduct, JointWord


def plant_joint(state: str, mark: str, keys: dict[str, Any]) -> None:
    """A product whose every text bears the mark."""
    product = JointProduct.objects.create(kind="note", title=mark, summary=mark, states=state, proposed_on=END, silent_until=END, proposed_by="u-synthetic", **keys)
    JointWord.objects.create(product=product, state=state, verdict="reserves", motive_code="other", motive=mark, spoken_on=END, spoken_by="u-synthetic")


def joint_of(mark: str) -> object:
    """The id of the product that bears a mark."""
    return JointProduct.objects.get(title=mark).pk
