"""Search follows every act that the journal tells."""

from django.db.models.signals import post_save

from concertation.apps.search.following import follow

post_save.connect(follow, sender="ground.JournalLine")
