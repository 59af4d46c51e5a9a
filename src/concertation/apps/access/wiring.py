"""What allauth does to accounts is listened to once every app is there."""

from concertation.apps.access.signals import listen

listen()
