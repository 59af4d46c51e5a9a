"""What the site ties together once every app is there."""

from concertation.site.measures import offer_measures

offer_measures()
