"""IATI 2.03: activities read in constant memory, checked, flattened to transactions, and written again."""
