"""What can be found: one line per thing, under the two masters and the level of the row it stands for. Made anew from the rows at any time."""

from django.db import models

from concertation.apps.ground.models import GuardedModel


class SearchEntry(GuardedModel):
    """A thing that can be found. Its id is its standing: the kind, then the weight, then the first letters, so that the best come first.

    `own_readers_only`: shown to the owner State's own readers and the holder alone, whatever its level. `origin`: the import it
    came in with. `chain`: the State by whose journal it is made anew. The four texts are words in their written forms (`core.search_words`).
    """

    id = models.BigIntegerField(primary_key=True)  # type: ignore[assignment]
    version = None  # type: ignore[assignment]  # its stamp says what it was made from
    created_at = None  # type: ignore[assignment]
    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=120)
    chain = models.CharField(max_length=3)
    stamp = models.CharField(max_length=80)
    origin = models.CharField(max_length=40, blank=True)
    own_readers_only = models.BooleanField(default=False)
    state = models.CharField(max_length=3, blank=True)
    sector = models.CharField(max_length=12, blank=True)
    title_fr = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    context_fr = models.CharField(max_length=400, blank=True)
    context_en = models.CharField(max_length=400, blank=True)
    address = models.CharField(max_length=400)
    sort_key = models.CharField(max_length=160)
    titles = models.TextField(blank=True)
    exact_text = models.TextField(blank=True)
    search_text = models.TextField(blank=True)
    guards = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="found_once")]
        indexes = [models.Index(fields=["kind", "chain"])]


class IndexPosition(models.Model):
    """How far in a State's journal what can be found has been brought, and in which form its words were written."""

    state = models.CharField(max_length=3, primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)
    form = models.CharField(max_length=12, default="")
    refreshed_at = models.DateTimeField(null=True)


class Withheld(models.Model):
    """An import, or a single row, that was withdrawn or closed further (`origin` names it): not found until the index follows."""

    origin = models.CharField(max_length=40, primary_key=True)
    chain = models.CharField(max_length=3)
    sequence = models.PositiveBigIntegerField()
