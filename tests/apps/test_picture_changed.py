"""After an act the picture counts again what the act touched: those periods alone where the journal says so, everything where it does not."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import F
from django.utils import timezone

from activity_samples import NIGER, activity, organisation, stored_import
from concertation.apps.ground.commands import journal
from concertation.apps.organisations import commands as register
from concertation.apps.picture import commands as picture
from concertation.apps.picture.changes_reading import changed_periods
from concertation.apps.picture.jobs import refresh_state
from concertation.apps.picture.models import PresenceSummary, SummaryPosition
from concertation.apps.picture.queries import stale_states
from concertation.apps.presence.entry import commands as entering
from concertation.apps.presence.entry.commands import Slip
from concertation.apps.presence.models import Activity
from concertation.apps.sources.models import ReferenceSet
from concertation.core.entries import Entry
from concertation.core.sharing import Mandate, Role
from concertation.site import picturing, reference

pytestmark = pytest.mark.django_db
BY = Mandate("u-alpha", Role.REPORTER, organisation="alpha")
MAY, JUNE = ((date(2026, 5, 1), date(2026, 5, 31)), (date(2026, 6, 1), date(2026, 6, 30)))


@pytest.fixture(autouse=True)
def grounds(settings: Any, tmp_path: Any) -> None:
    """The reference set, a folder for raw files, and two months declared by hand beside an import of another period."""
    settings.RAW_FOLDER = tmp_path / "raw"
    reference.load_if_changed()
    alpha = organisation("Alpha")
    activity(stored_import(), alpha)
    for start, end in (MAY, JUNE):
        for unit in ("ner-1-diffa", "ner-2-diffa"):
            entering.add_activity(Slip(alpha, "NER", start, end), Entry("FSC", unit, activity="Synthétique", reached=100), token=uuid4(), by=BY)
    picture.refresh("NER", anew=True)


def row_of(period: tuple[date, date]) -> Activity:
    """An activity entered for a month."""
    return Activity.objects.filter(period_start=period[0], withdrawn_at__isnull=True).first() or pytest.fail("no activity")


def test_every_act_on_one_activity_is_counted_at_once_and_in_its_own_period_alone() -> None:
    others = set(PresenceSummary.objects.exclude(period_start=MAY[0]).values_list("pk", flat=True))
    row = row_of(MAY)
    steps = [
        lambda: entering.correct_activity(row, Entry("WSH", "ner-1-diffa", activity="Synthétique", reached=7), base_version=1, by=BY),
        lambda: entering.withdraw_activity(row, reason="mistaken", base_version=2, by=BY),
        lambda: entering.restore_activity(row, base_version=3, by=BY),
        lambda: entering.add_activity(Slip(row.organisation, "NER", *MAY), Entry("HEA", "ner-1-diffa", activity="Synthétique"), token=uuid4(), by=BY),
    ]

    for step in steps:
        step()
        assert stale_states(["NER"]) == {"NER"}
        assert changed_periods("NER") == {MAY}
        assert picture.differences("NER") > 0
        refresh_state.func("NER")
        assert (picture.differences("NER"), stale_states(["NER"])) == (0, frozenset())

    assert others <= set(PresenceSummary.objects.values_list("pk", flat=True))  # not even written again


def test_acts_in_two_periods_make_both_anew_and_one_that_names_none_makes_everything() -> None:
    for period in (MAY, JUNE):
        entering.withdraw_activity(row_of(period), reason="mistaken", base_version=1, by=BY)

    assert changed_periods("NER") == {MAY, JUNE}
    register.merge(row_of(MAY).organisation_id, organisation("Beta").pk, reason="", by=NIGER)
    assert changed_periods("NER") is None
    picture.refresh("NER")
    assert picture.differences("NER") == 0


@pytest.mark.parametrize("facts", [{"kind": "hapi-presence"}, {"kind": "presence-5w", "replaces": "x"}, {"kind": "presence-5w", "brought_back": "x"}, {"kind": "presence-5w", "period": "/"}])
def test_an_import_that_reaches_beyond_its_period_makes_everything_anew(facts: dict[str, str]) -> None:
    journal("sources.import-withdrawn", NIGER, state="NER", period=facts.pop("period", "2026-05-01/2026-05-31"), **facts)

    assert changed_periods("NER") is None


def test_a_new_reference_set_and_summaries_never_made_leave_nothing_out() -> None:
    entering.withdraw_activity(row_of(MAY), reason="mistaken", base_version=1, by=BY)
    ReferenceSet.objects.update(loaded_at=timezone.now())
    assert changed_periods("NER") is None

    SummaryPosition.objects.update(refreshed_at=None, sequence=F("sequence"))
    assert changed_periods("NER") is None
    assert changed_periods("MLI") is None


def test_counts_a_killed_worker_left_behind_are_asked_for_again_at_the_next_start(settings: Any) -> None:
    entering.withdraw_activity(row_of(MAY), reason="mistaken", base_version=1, by=BY)
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}
    assert stale_states(["NER"]) == {"NER"}

    picturing.follow()

    assert (picture.differences("NER"), stale_states(["NER"])) == (0, frozenset())
