"""Reminders of promised days: to the giver who keeps its pledge here, and to the data managers who wait for the money; once each."""
