"""Fields on a grid of degrees: which share of each cell lies in each area, and the figure of every area from a field."""
