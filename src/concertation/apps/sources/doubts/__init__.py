"""Doubts: what a person is asked to settle, and what they answered."""
