"""What the site ties together once every app is there."""

from concertation.apps.decisions.measures import register_measures
from concertation.site.measures import measures

register_measures(measures)
