"""Sharing agreements: written by a State's data manager, confirmed by its release authority, ended by either."""
