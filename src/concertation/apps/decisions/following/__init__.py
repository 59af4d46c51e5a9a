"""Decisions followed up: what each State did, how well it is proven, what slipped, and who verified it."""
