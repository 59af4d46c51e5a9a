"""States and their administrative units over time: names, codes and parents are dated; the unit's own id never changes."""

from django.db import models
from django.utils.translation import get_language

from concertation.apps.ground.models import new_id


class Bilingual(models.Model):
    """A name in French and in English."""

    name_fr = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160)

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name_fr

    def __str__(self) -> str:
        return self.name


class State(Bilingual):
    """A State of the framework: member, invited or observer, since a day and by a source."""

    iso3 = models.CharField(max_length=3, primary_key=True)
    status = models.CharField(max_length=12)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    source = models.CharField(max_length=80)
    has_units = models.BooleanField(default=False)


class Division(Bilingual):
    """A division of a State in force for a time (13 regions until July 2025, 17 since)."""

    id = models.CharField(max_length=24, primary_key=True)
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="divisions")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=80)


class AdminUnit(Bilingual):
    """A unit of administration. `id` is ours and opaque; p-codes are dated aliases."""

    id = models.CharField(max_length=96, primary_key=True)
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="units")
    level = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=40)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    chef_lieu = models.CharField(max_length=120, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    sort_key = models.CharField(max_length=160)
    source = models.CharField(max_length=80)
    source_status = models.CharField(max_length=12)

    class Meta:
        indexes = [models.Index(fields=["state", "level", "sort_key"])]


class UnitParent(models.Model):
    """Where a unit stands in a division."""

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey(AdminUnit, on_delete=models.CASCADE, related_name="parents")
    division = models.ForeignKey(Division, on_delete=models.CASCADE)
    parent = models.ForeignKey(AdminUnit, on_delete=models.CASCADE, related_name="children")
    note = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "division"], name="one_parent_per_division")]


class UnitName(models.Model):
    """A name a unit has or had, or a spelling met in files."""

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey(AdminUnit, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=160)
    language = models.CharField(max_length=8, blank=True)
    kind = models.CharField(max_length=12)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=80)


class UnitCode(models.Model):
    """A code by which someone calls the unit: a dated alias, never the key."""

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey(AdminUnit, on_delete=models.CASCADE, related_name="codes")
    scheme = models.CharField(max_length=32)
    code = models.CharField(max_length=32, db_index=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=80)


class Crosswalk(models.Model):
    """How much of a unit's area or population lies in a unit of another division."""

    id = models.BigAutoField(primary_key=True)
    from_unit = models.ForeignKey(AdminUnit, on_delete=models.CASCADE, related_name="successors")
    to_unit = models.ForeignKey(AdminUnit, on_delete=models.CASCADE, related_name="predecessors")
    from_division = models.ForeignKey(Division, on_delete=models.CASCADE, related_name="+")
    to_division = models.ForeignKey(Division, on_delete=models.CASCADE, related_name="+")
    weight = models.FloatField()
    weight_kind = models.CharField(max_length=12)
    source = models.CharField(max_length=80)
    source_status = models.CharField(max_length=12)


REFERENCE_SET = "reference"


class RememberedName(models.Model):
    """A person's answer to a doubtful place, applied to every later file of the State; its author is the reference set where that settled it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(max_length=3)
    level = models.PositiveSmallIntegerField()
    folded = models.CharField(max_length=160)
    context = models.CharField(max_length=200, blank=True)
    unit = models.ForeignKey(AdminUnit, on_delete=models.PROTECT)
    author = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state", "level", "folded", "context"], name="remembered_once"),
        ]


class BoundarySet(models.Model):
    """Boundaries of one level of a State's division, as derived or as a user brought them in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.ForeignKey(State, on_delete=models.PROTECT)
    division = models.ForeignKey(Division, on_delete=models.PROTECT)
    level = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    geometry = models.BinaryField()
    source = models.CharField(max_length=200)
    licence = models.CharField(max_length=120, blank=True)
    brought_by = models.CharField(max_length=64, blank=True)
    brought_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.CharField(max_length=64, blank=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "level", "digest"], name="boundary_set_once")]
