"""Finding thresholds: every pair tried, the choice taken from the middle of the best plateau, and what noise would have found said beside it."""
