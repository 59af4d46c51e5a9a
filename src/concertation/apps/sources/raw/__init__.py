"""The bytes of received files: which State keeps them, for how long, and their erasure."""
