"""Reminders of days that a session set: to the data managers of the State concerned, once each."""
