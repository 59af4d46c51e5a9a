"""Releases that come and go: stored and taken away in slices, standing whole or not at all."""
