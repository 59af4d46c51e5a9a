"""The eight decisions of the ministers, in the product's own words, with room for each official wording."""

from django.db import models


class Decision(models.Model):
    """One decision: our words, its sources, and what only the secretariat can fill in."""

    reference = models.CharField(max_length=24, primary_key=True)
    number = models.PositiveSmallIntegerField(unique=True)
    title_fr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    text_fr = models.TextField()
    text_en = models.TextField()
    subjects = models.CharField(max_length=120)
    sources = models.CharField(max_length=200)
    responsible_fr = models.CharField(max_length=200, blank=True)
    responsible_en = models.CharField(max_length=200, blank=True)
    due = models.DateField(null=True)
    official_wording_fr = models.TextField(blank=True)
    official_wording_en = models.TextField(blank=True)
