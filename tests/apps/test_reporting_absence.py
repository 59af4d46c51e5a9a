"""Absence of activity against the calendar, and files that come for a period: opened, fulfilled, or refused when it is frozen. Synthetic."""

from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from activity_samples import END, NIGER, START, activity, organisation, stored_import
from concertation.apps.picture import sector_reading
from concertation.apps.picture.commands import refresh
from concertation.apps.picture.reading import ground
from concertation.apps.presence.models import Activity
from concertation.apps.sources import imports
from concertation.apps.sources.models import Declaration, ImportRun, ReportingPeriod
from concertation.apps.sources.reporting import commands
from concertation.core.sharing import Mandate
from concertation.site import reference
from import_steps import bring_in, manager, only_run, table

pytestmark = pytest.mark.django_db
FILE = "synthetic_2022-02.csv"


@pytest.fixture(autouse=True)
def working_at_once(settings: Any, tmp_path: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}
    settings.RAW_FOLDER, settings.HOME = tmp_path / "raw", tmp_path
    reference.load_if_changed()


@pytest.fixture
def niger() -> Client:
    return manager("NER")


def stored(client: Client, *rows: str, name: str = FILE) -> ImportRun:
    bring_in(client, table(*rows), name=name)
    run = ImportRun.objects.order_by("-created_at").first()
    assert run is not None
    client.post(f"/imports/{run.pk}/accept/")
    run.refresh_from_db()
    return run


def verdict(sector: str, *mandates: Mandate) -> str:
    at = sector_reading.at_state_level(mandates or (NIGER,), ground().sectors, states=["NER"], on=timezone.localdate())
    return at["NER", sector].verdict


def sentence(client: Client) -> str:
    return client.get("/situation/?state=NER&sector=HEA&measure=presence").content.decode().replace("\u202f", " ")


def test_a_file_opens_its_period_and_the_sentence_counts_who_declared(niger: Client) -> None:
    assert stored(niger).status == "stored"

    period = ReportingPeriod.objects.get()
    assert (period.owner_state, period.sector, period.start, period.end, period.status) == ("NER", "", date(2022, 2, 1), date(2022, 2, 28), "open")
    assert (period.declared, period.expected) == (2, None)
    assert "2 organisations ont déclaré" in sentence(niger)


def test_a_second_period_says_how_many_of_those_who_declared_before_have_declared(niger: Client) -> None:
    stored(niger)
    stored(niger, "ONG synthetic A;Maradi;Dakoro;Korahane;Santé;again;", name="synthetic_2022-03.csv")

    assert (ReportingPeriod.objects.get(start=date(2022, 3, 1)).declared, ReportingPeriod.objects.get(start=date(2022, 3, 1)).expected) == (1, 2)
    assert "1 organisation sur 2 a déclaré" in sentence(niger)


def test_a_withdrawn_file_no_longer_counts_in_its_period(niger: Client) -> None:
    run = stored(niger)

    niger.post(f"/imports/{run.pk}/withdraw/", {"reason": "mistaken"})

    assert ReportingPeriod.objects.get().declared == 0


def test_absence_is_said_of_a_reported_sector_only_within_the_calendar() -> None:
    run = stored_import("NER", sectors=("FSC", "WSH"))
    activity(run, organisation("Alpha"), sector="FSC")
    refresh("NER")

    within = verdict("WSH")
    ReportingPeriod.objects.all().delete()

    assert (within, verdict("WSH")) == ("none_declared", "no_report")
    assert verdict("FSC") == "declared"


def test_a_validated_period_says_absence_of_every_sector_even_where_no_report_names_it() -> None:
    run = stored_import("NER", sectors=("FSC",))
    activity(run, organisation("Alpha"), sector="FSC")
    refresh("NER")

    before = verdict("HEA")
    commands.validate_period(ReportingPeriod.objects.get(), base_version=1, by=NIGER)

    assert (before, verdict("HEA")) == ("no_report", "none_declared")


def test_the_calendar_of_one_sector_says_nothing_of_the_others() -> None:
    run = stored_import("NER", sectors=("FSC", "WSH"))
    activity(run, organisation("Alpha"), sector="FSC")
    refresh("NER")
    ReportingPeriod.objects.update(sector="WSH")

    assert (verdict("WSH"), verdict("NUT")) == ("none_declared", "no_report")


def test_a_file_for_a_frozen_period_is_refused_with_the_reason_and_may_come_again_once_reopened(niger: Client) -> None:
    period = commands.open_period("NER", sector="", start=date(2022, 2, 1), end=date(2022, 2, 28), due_on=date(2022, 3, 10), by=NIGER)
    period = commands.freeze_period(period, base_version=1, by=NIGER)

    page = bring_in(niger, table()).content.decode()
    run = only_run()
    refused, told = run.status, set(run.problems.values_list("code", flat=True))
    commands.reopen_period(period, reason="late-declaration", base_version=period.version, by=NIGER)
    niger.post(f"/imports/{run.pk}/period/", {"start": "2022-02-01", "end": "2022-02-28"})
    niger.post(f"/imports/{run.pk}/accept/")

    run.refresh_from_db()
    assert (refused, run.status) == ("refused", "stored")
    assert "period-frozen" in told
    assert "gelée" in page
    assert not Activity.objects.exclude(import_run=run).exists()


def test_a_period_frozen_after_the_preview_takes_nothing_of_the_file(niger: Client) -> None:
    bring_in(niger, table())
    period = commands.open_period("NER", sector="NUT", start=date(2022, 2, 1), end=date(2022, 2, 28), due_on=date(2022, 3, 10), by=NIGER)
    commands.freeze_period(period, base_version=1, by=NIGER)

    niger.post(f"/imports/{only_run().pk}/accept/")

    run = only_run()
    assert run.status == "refused"
    assert run.problems.filter(code="period-frozen").exists()
    assert not Activity.objects.exists()


def test_a_period_frozen_while_the_rows_are_written_takes_them_back(niger: Client) -> None:
    bring_in(niger, table())
    run = only_run()
    preview = imports.IMPORTERS["presence-5w"].preview(imports_received(run), imports_opened(run))
    period = commands.open_period("NER", sector="", start=date(2022, 2, 1), end=date(2022, 2, 28), due_on=date(2022, 3, 10), by=NIGER)
    commands.freeze_period(period, base_version=1, by=NIGER)

    done = imports.store(run, preview, by=NIGER)

    run.refresh_from_db()
    assert (done, run.status) == (False, "refused")
    assert run.problems.filter(code="period-frozen").exists()
    assert not Activity.objects.exists()
    assert not Declaration.objects.exists()


def imports_opened(run: ImportRun) -> Any:
    return imports.open_file(imports.commands.raw_path(run.file_id), kind=run.kind)


def imports_received(run: ImportRun) -> Any:
    return imports.Received(path=imports.commands.raw_path(run.file_id), name=run.file.name, state="NER", today=date(2022, 3, 1), kind=run.kind, period_start=date(2022, 2, 1), period_end=date(2022, 2, 28))


def test_the_days_of_the_samples_are_those_of_their_calendar() -> None:
    stored_import("NER")

    assert ReportingPeriod.objects.filter(start=START, end=END).count() == 1


def test_reports_from_before_there_was_a_calendar_open_it_when_the_node_is_upgraded() -> None:
    run = stored_import("NER", sensitivity="restricted", sectors=("FSC",))
    activity(run, organisation("Alpha"), sector="FSC")
    ReportingPeriod.objects.all().delete()
    upgrade = import_module("concertation.apps.presence.migrations.0003_reports_open_the_calendar")

    upgrade.open_calendar(apps, None)

    period = ReportingPeriod.objects.get()
    assert (period.start, period.end, period.sensitivity, period.declared) == (START, END, "restricted", 1)
    assert [(each.organisation.slug, each.sector, each.rows) for each in Declaration.objects.all()] == [("alpha", "FSC", 1)]
