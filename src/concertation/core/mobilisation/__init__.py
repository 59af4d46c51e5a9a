"""Mobilisation: what was promised by whom, in which instalments, what was received of it, and what of that may be told."""
