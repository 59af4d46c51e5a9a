"""Commands for Django itself, not for people."""
