"""Which cells of a table stay at home before a release, and the proof that nobody works them out from the cells that leave."""
