"""Reminders of reports that are due: whom they go to, what they say, and that each goes once."""
