"""SQLite whose writers of one process go in, one after the other, in the order they came."""
