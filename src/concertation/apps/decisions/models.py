"""The eight decisions of the ministers, in the product's own words, with room for each official wording."""

from django.db import models
from django.utils.translation import get_language


class Decision(models.Model):
    """One decision: our words, its sources, and what only the secretariat can fill in.

    `due` is null when the text fixes no day; such a decision is never overdue.
    """

    reference = models.CharField(max_length=24, primary_key=True)
    number = models.PositiveSmallIntegerField(unique=True)
    title_fr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    text_fr = models.TextField()
    text_en = models.TextField()
    subjects = models.CharField(max_length=120)
    sources = models.CharField(max_length=200)
    source_status = models.CharField(max_length=12)
    responsible = models.CharField(max_length=200, blank=True)
    due = models.DateField(null=True)
    official_wording = models.TextField(blank=True)

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self.title_en if get_language() == "en" else self.title_fr

    @property
    def text(self) -> str:
        """The decision in the reader's language, in the product's words."""
        return self.text_en if get_language() == "en" else self.text_fr

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"
