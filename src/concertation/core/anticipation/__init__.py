"""Anticipatory action: one declared framework drives its back-test, its calibration, its watch, its words and its money."""
