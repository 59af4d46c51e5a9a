"""Who sees what, walked through: every guarded model, every role, every State, every level of sensitivity."""

from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concertation.apps.ground.models import GuardedModel, visible_rows
from concertation.apps.sources.models import Doubt, ImportRun, RawFile
from concertation.core.sharing import Mandate, Role, Sensitivity, visibility_of
from concertation.core.sharing.visibility import writes_for

pytestmark = pytest.mark.django_db

STATES = ("BFA", "MLI", "NER", "TGO")
HOLDERS = ("", "ocha", "ner-government")
GUARDED = [model for model in apps.get_models() if issubclass(model, GuardedModel)]
OPEN_TO_STATE = {"reader", "data-manager", "release-authority", "auditor"}
BESIDE_THE_REFERENCE_SET = 1_000
OPEN_TO_STRICT = {"data-manager", "auditor"}
PLAIN: dict[type[models.Field[Any, Any]], Any] = {
    models.DateField: date(2026, 1, 1), models.IntegerField: 1, models.PositiveIntegerField: 1, models.PositiveSmallIntegerField: 1, models.SmallIntegerField: 1,
    models.BigIntegerField: 1, models.PositiveBigIntegerField: 1, models.FloatField: 0.5, models.BooleanField: False, models.BinaryField: b"{}",
    models.JSONField: {}, models.DateTimeField: datetime(2026, 1, 1, tzinfo=UTC),
}


def filled(model: type[models.Model], number: int, **given_values: Any) -> models.Model:
    """A row with something in every column that asks for it, and rows for it to point to."""
    values = dict(given_values)
    for field in model._meta.concrete_fields:
        if field.name in values or field.has_default() or field.null or getattr(field, "auto_now_add", False) or isinstance(field, models.AutoField):
            continue
        if isinstance(field, models.ForeignKey):
            values[field.name] = pointed_to(field.related_model, number, own=isinstance(field, models.OneToOneField) or field.name in told_apart_by(model))
        elif isinstance(field, models.CharField):
            values[field.name] = f"{number}"[: field.max_length]
        elif field.unique:
            values[field.name] = BESIDE_THE_REFERENCE_SET + number
        else:
            values[field.name] = PLAIN.get(type(field), "")
    return model._default_manager.create(**values)


def told_apart_by(model: type[models.Model]) -> set[str]:
    """The rows a model points to in a constraint that only one row may hold."""
    only_one = {name for constraint in model._meta.constraints if isinstance(constraint, models.UniqueConstraint) for name in constraint.fields}
    return {field.name for field in model._meta.concrete_fields if field.name in only_one and field.related_model}


def pointed_to(model: type[models.Model], number: int, *, own: bool) -> models.Model:
    """A row of a model for others to point to; a new one where only one row may."""
    held = None if own else model._default_manager.first()
    return held or filled(model, number if own else 0, **({"owner_state": "NER"} if issubclass(model, GuardedModel) else {}))


def kinds() -> list[tuple[str, Sensitivity, str]]:
    """Every owner State with every level and every holder."""
    return list(product(STATES, Sensitivity, HOLDERS))


def mandates_to_try() -> list[tuple[Mandate, ...]]:
    """Nobody; every role for every State and for the framework; every role for an organisation, in all States or within one."""
    for_states = [(Mandate("u1", role, state=state),) for role, state in product(Role, (*STATES, "AES", ""))]
    for_organisations = [(Mandate("u1", role, state=state, organisation=name),) for role, state, name in product(Role, ("", "NER"), ("ocha", "who"))]
    return [(), *for_states, *for_organisations]


def may_read(held: tuple[Mandate, ...], *, owner: str, level: Sensitivity, holder: str) -> bool:
    """The rule of reading as the access rules of the framework say it, written a second time."""
    if level is Sensitivity.PUBLIC or (holder and any(mandate.organisation == holder and mandate.state in ("", owner) for mandate in held)):
        return True
    own = {mandate.role.value for mandate in held if mandate.state == owner and not mandate.organisation}
    return {
        Sensitivity.RESTRICTED: bool(held), Sensitivity.CONFIDENTIAL: bool(own & OPEN_TO_STATE), Sensitivity.STRICT: bool(own & OPEN_TO_STRICT),
    }[level]


@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model.__name__)
def test_every_mandate_opens_exactly_the_rows_it_should(model: type[GuardedModel]) -> None:
    rows = {}
    for number, (owner, level, holder) in enumerate(kinds(), start=1):
        rows[filled(model, number, owner_state=owner, sensitivity=level.value, holder=holder).pk] = (owner, level, holder)
    ours = model.objects.filter(pk__in=rows)
    pairs = 0

    for held in mandates_to_try():
        seen = set(ours.visible_to(held).values_list("pk", flat=True))
        expected = {pk for pk, (owner, level, holder) in rows.items() if may_read(held, owner=owner, level=level, holder=holder)}
        pairs += len(rows)
        assert seen == expected, held

    print(f"{model.__name__}: {pairs} pairs of mandate and row")
    assert pairs == len(mandates_to_try()) * 48 == 111 * 48


mandates = st.lists(
    st.builds(
        Mandate, person=st.just("u1"), role=st.sampled_from(Role), state=st.sampled_from((*STATES, "AES", "")),
        organisation=st.sampled_from((*HOLDERS, "who")),
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=mandates)
def test_the_core_and_the_database_agree_on_every_set_of_mandates(held: list[Mandate]) -> None:
    if not ImportRun.objects.exists():
        file = RawFile.objects.create(sha256="0" * 64, name="file.xlsx", size=1)
        for owner, level, holder in kinds():
            ImportRun.objects.create(file=file, owner_state=owner, sensitivity=level.value, holder=holder, by="u1")
    sight = visibility_of(held)

    seen = {(row.owner_state, row.sensitivity, row.holder) for row in ImportRun.objects.visible_to(held)}

    assert seen == {
        (owner, level.value, holder) for owner, level, holder in kinds() if sight.opens(sensitivity=level, owner_state=owner, holder=holder)
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=mandates, more=mandates)
def test_one_mandate_more_never_hides_a_row(held: list[Mandate], more: list[Mandate]) -> None:
    fewer, both = visibility_of(held), visibility_of([*held, *more])

    for owner, level, holder in kinds():
        asked = {"sensitivity": level, "owner_state": owner, "holder": holder}
        assert both.opens(**asked) or not fewer.opens(**asked)


def test_the_same_condition_holds_through_a_relation() -> None:
    file = RawFile.objects.create(sha256="0" * 64, name="file.xlsx", size=1)
    for number, (owner, level, holder) in enumerate(kinds()):
        run = ImportRun.objects.create(file=file, owner_state=owner, sensitivity=level.value, holder=holder, by="u1")
        Doubt.objects.create(run=run, owner_state="NER", sensitivity="public", kind="place", key=str(number), written={}, count=1)
    reader = [Mandate("u1", Role.READER, state="NER")]

    through = Doubt.objects.filter(visible_rows(reader, prefix="run__")).count()

    assert through == ImportRun.objects.visible_to(reader).count() > 0


def test_rows_are_confidential_until_someone_says_otherwise() -> None:
    assert {model._meta.get_field("sensitivity").default for model in GUARDED} <= {"confidential"}


def test_only_the_data_manager_of_a_state_writes_for_it() -> None:
    writers = [(role, state) for role, state in product(Role, (*STATES, "AES")) if writes_for([Mandate("u1", role, state=state)], "NER")]

    assert writers == [(Role.DATA_MANAGER, "NER")]
    assert writes_for([Mandate("u1", Role.DATA_MANAGER, state="NER", organisation="ocha")], "NER") is None
