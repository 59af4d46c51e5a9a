"""What the site ties together once every app is there."""

from concertation.apps.decisions.measures import register_measures
from concertation.apps.releases.keys import register_keys, register_openers
from concertation.core.sharing import Role
from concertation.site import node_keys
from concertation.site.measures import measures


def own_key(role: Role) -> bytes | None:
    """The private key of a role where it stands on this node."""
    try:
        return node_keys.private_key(node_keys.key_file(role.value))
    except (OSError, ValueError):
        return None


register_measures(measures)
register_keys(own_key)
register_openers(node_keys.opening_keys)
