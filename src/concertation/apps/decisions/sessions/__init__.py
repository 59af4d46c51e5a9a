"""Sessions of the framework: who came, what was decided, minutes and communiqué, and what moved from one to the next."""
