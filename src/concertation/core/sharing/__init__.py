"""Who may see what: mandates, and the rule by which a row is visible to them."""

from concertation.core.sharing.mandates import Mandate, Role, Sensitivity
from concertation.core.sharing.visibility import Visibility, visibility_of

__all__ = ["Mandate", "Role", "Sensitivity", "Visibility", "visibility_of"]
