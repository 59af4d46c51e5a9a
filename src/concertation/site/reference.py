"""Loading the reference set into the node's tables, each app through its own command."""

def load_if_changed() -> bool:
    """Placeholder until the tables arrive."""
    return False
