"""Bringing figures in: the real Cadre Harmonisé to the person, doubts kept apart, the same file twice, a cancelled import."""

import json
from datetime import date
from pathlib import Path

import pytest
from django.db.models import Sum
from django.test import Client

from concertation.apps.access.commands import give_mandates, open_account
from concertation.apps.ground.models import JournalLine
from concertation.apps.needs import queries
from concertation.apps.needs.commands import store_figures
from concertation.apps.needs.imports import FigureImporter, ask_anew, bring_in_answered
from concertation.apps.needs.models import Figure
from concertation.apps.places.commands import remember_name
from concertation.apps.sources import commands, imports
from concertation.apps.sources import queries as source_queries
from concertation.apps.sources.models import ImportRun
from concertation.apps.sources.previews import Preview
from concertation.core.sharing import Mandate, Role
from concertation.formats.cadre_harmonise import PLACE_FIELDS
from concertation.site import reference

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 1)
PHASE3PLUS_2024 = {"BFA": 2_734_195, "MLI": 1_370_251, "NER": 3_436_895, "TGO": 423_162}
PHASE3PLUS_2023 = {"BFA": 2_278_027, "MLI": 715_408, "NER": 2_318_639, "TGO": 381_099}
CH_2024 = "food_security/ch_admin2_2024_06_01_4_countries.json"
CH_2023 = "food_security/ch_admin2_2023_10_01_4_countries.json"


@pytest.fixture(autouse=True)
def node(tmp_path: Path, settings: object) -> None:
    settings.RAW_FOLDER = tmp_path  # type: ignore[attr-defined]
    reference.load_if_changed()


def by(state: str) -> Mandate:
    return Mandate("u1", Role.DATA_MANAGER, state=state)


def received(path: Path, state: str, *, share_as: str = "public") -> ImportRun:
    with path.open("rb") as stream:
        file = commands.keep_raw_file(stream, name=path.name)
    return commands.open_run(file, state=state, kind="", holder="ministere", share_as=share_as, by=by(state))


def understood(run: ImportRun) -> Preview:
    preview = imports.understand(run, today=TODAY, by=by(run.owner_state))
    assert preview is not None
    return preview


def stored(path: Path, state: str, *, share_as: str = "public") -> ImportRun:
    run = received(path, state, share_as=share_as)
    assert imports.store(run, understood(run), by=by(state))
    return run


def phase3plus(run: ImportRun) -> dict[str, int]:
    lines = Figure.objects.filter(import_run=run, concept="phase3plus").values_list("owner_state")
    return dict(lines.annotate(people=Sum("value")))


def a_row(**changes: object) -> dict[str, object]:
    """One synthetic Cadre Harmonisé row of Niger."""
    row: dict[str, object] = dict.fromkeys(PLACE_FIELDS.values())
    phases = {f"phase{number}": value for number, value in enumerate((60, 20, 15, 5, 0), 1)}
    return row | phases | {
        "adm0_pcod3": "NER", "adm0_pcod2": "NE", "adm1_name": "Diffa", "adm2_name": "Diffa", "population": 100, "phase35": 20, "phase_class": 3,
        "reference_label": "Jun-Aug", "reference_year": 2025, "chtype": "projected",
    } | changes  # fmt: skip


def ch_file(folder: Path, *rows: dict[str, object]) -> Path:
    path = folder / "synthetic.json"
    path.write_text(json.dumps({"DataList": list(rows)}), encoding="utf-8")
    return path


@pytest.mark.parametrize("state", PHASE3PLUS_2024)
def test_the_people_in_phase_3_and_worse_of_each_state_are_stored_to_the_person(shared: Path, state: str) -> None:
    run = stored(shared / CH_2024, state)

    assert phase3plus(run) == {state: PHASE3PLUS_2024[state]}


def test_an_import_for_the_framework_brings_in_every_states_rows(shared: Path) -> None:
    run = stored(shared / CH_2023, "AES")

    assert phase3plus(run) == PHASE3PLUS_2023


def test_rows_of_other_states_stay_out_with_one_line_each(shared: Path) -> None:
    preview = understood(received(shared / CH_2024, "BFA"))

    away = {told.problem.value: told.count for told in preview.problems if told.problem.code == "rows-of-another-state"}
    assert away == {"MLI": 56, "NER": 78, "TGO": 37}
    assert (preview.rows_read, preview.summary()["rows_kept"]) == (216, 45)
    assert preview.places == {"exact": 45, "repaired": 0, "doubtful": 0, "unknown": 0, "none_given": 0}


def test_a_place_in_doubt_is_asked_about_and_its_people_are_a_fact_of_their_own(tmp_path: Path) -> None:
    run = stored(ch_file(tmp_path, a_row(), a_row(adm2_name="Zzyzx", phase35=7, phase3=7, phase4=0, phase1=73)), "NER")

    [doubt] = run.doubts.all()
    waiting = Figure.objects.get(import_run=run, concept="phase3plus", group__startswith="written:lieu à préciser")
    assert doubt.written["text"] == "zzyzx"
    assert (waiting.unit_id, waiting.value) == ("ner-1-diffa", 7)
    standing = queries.standing((), unit="ner-1-diffa", concept="phase3plus", sector="FSC")
    assert standing.leader is not None and standing.leader.figure.group == "all"
    assert waiting.pk not in {held.id for held, _ in standing.others}


def test_every_figure_knows_its_file_and_rows(shared: Path) -> None:
    run = stored(shared / CH_2024, "NER")

    summed = Figure.objects.filter(import_run=run, concept="phase3plus", method__startswith="sum-of-parts").first()
    assert summed.source.title == "ch_admin2_2024_06_01_4_countries.json"
    assert len(summed.rows_summed.split(", ")) == int(summed.method.rpartition("/")[2])
    assert int(summed.rows_summed.split(", ")[0]) == summed.row
    assert Figure.objects.filter(import_run=run, concept="area_phase", measure="phase").exists()


def test_the_same_slice_twice_changes_nothing(tmp_path: Path) -> None:
    run = received(ch_file(tmp_path, a_row()), "NER")
    preview = understood(run)
    imports.store(run, preview, by=by("NER"))
    before = set(Figure.objects.filter(import_run=run).values_list("pk", "value"))

    FigureImporter().store_slice(run, preview.rows, by=by("NER"))

    assert set(Figure.objects.filter(import_run=run).values_list("pk", "value")) == before


def test_parts_of_a_department_are_summed_and_an_identical_row_is_one_row(tmp_path: Path) -> None:
    part = a_row(adm2_5_name="Diffa_limitedaccess", phase35=5, phase3=5, phase4=0, phase1=75)

    run = stored(ch_file(tmp_path, a_row(), part, a_row()), "NER")

    [figure] = Figure.objects.filter(import_run=run, concept="phase3plus")
    assert (figure.unit_id, figure.value, figure.method) == ("ner-2-diffa", 25, "sum-of-parts:2/2")


def test_figures_count_only_once_their_import_is_stored_whole(tmp_path: Path) -> None:
    run = received(ch_file(tmp_path, a_row()), "NER")
    preview = understood(run)
    commands.accept_preview(run, by=by("NER"))
    FigureImporter().store_slice(run, preview.rows, by=by("NER"))

    assert not queries.held_figures(()).filter(import_run=run).exists()

    FigureImporter().finish(run, preview, by=by("NER"))

    assert queries.held_figures(()).filter(import_run=run).exists()


def test_a_cancelled_import_takes_back_its_figures(tmp_path: Path) -> None:
    run = received(ch_file(tmp_path, a_row()), "NER")

    assert not imports.store(run, understood(run), by=by("NER"), progress=lambda step, done, total: True)

    run.refresh_from_db()
    assert run.status == "cancelled"
    assert not Figure.objects.filter(import_run=run).exists()


def test_an_answer_brings_the_waiting_people_to_their_place(tmp_path: Path) -> None:
    run = stored(ch_file(tmp_path, a_row(), a_row(adm2_name="Zzyzx", phase35=7, phase3=7, phase4=0, phase1=73)), "NER")
    doubt = run.doubts.get()
    written = doubt.written
    remember_name(state="NER", level=written["level"], written=written["text"], context=written["context"], unit="ner-2-bosso", by=by("NER"))

    bring_in_answered(doubt, "ner-2-bosso", by("NER"))

    people = dict(Figure.objects.filter(import_run=run, concept="phase3plus").values_list("unit_id", "value"))
    assert people == {"ner-2-diffa": 20, "ner-2-bosso": 7}
    assert JournalLine.objects.filter(chain="NER", act="needs.figures-placed-anew").count() == 1


def test_an_answer_taken_back_leaves_its_people_waiting_again(tmp_path: Path) -> None:
    run = stored(ch_file(tmp_path, a_row(), a_row(adm2_name="Zzyzx", phase35=7, phase3=7, phase4=0, phase1=73)), "NER")

    waiting = ask_anew(run.doubts.get(), by("NER"))

    assert waiting == {run: (1, 2)}
    assert Figure.objects.filter(import_run=run, concept="phase3plus", group__contains="Zzyzx").get().value == 7


def test_a_file_of_other_countries_is_refused_with_the_reason(shared: Path) -> None:
    run = received(shared / "hapi/hdx_hapi_humanitarian_needs_global_2024.csv", "NER")

    assert imports.understand(run, today=TODAY, by=by("NER")) is None

    run.refresh_from_db()
    assert run.status == "refused"
    assert {told.value for told in source_queries.problems_of(run) if told.code == "rows-of-another-state"} == {"AFG", "SDN"}


def test_needs_of_a_year_take_the_year_of_the_files_name_and_say_so(shared: Path) -> None:
    run = received(shared / "hapi/hpc_hno_2024.csv", "NER")

    imports.understand(run, today=TODAY, by=by("NER"))

    assert "period-from-name" in {told.code for told in source_queries.problems_of(run)}


def test_displaced_people_of_the_dtm_baseline_are_all_there(shared: Path) -> None:
    run = stored(shared / "displacement/mli_iom_dtm_baseline_r72.xlsx", "MLI", share_as="confidential")

    people = dict(Figure.objects.filter(import_run=run, concept__in=["idps", "returnees"]).values_list("concept").annotate(Sum("value")))
    assert people == {"idps": 401_736, "returnees": 690_329}
    assert not queries.held_figures(()).filter(import_run=run).exists()
    assert queries.held_figures([Mandate("a", Role.READER, state="MLI")]).filter(import_run=run).exists()


def test_refugees_of_a_state_are_the_sum_over_their_countries_of_origin(shared: Path) -> None:
    run = stored(shared / "displacement/unhcr_population_aes_togo.csv", "AES")

    hosted = Figure.objects.filter(import_run=run, concept="refugees", unit_id="ner", reference_end=date(2024, 12, 31))
    assert hosted.count() == 1
    assert hosted.get().method.startswith("sum-of-origins:")
    assert Figure.objects.filter(import_run=run, concept="refugees_abroad", unit_id="mli").exists()
    assert set(Figure.objects.filter(import_run=run).values_list("owner_state", flat=True)) == {"BFA", "MLI", "NER", "TGO"}


def test_imported_provinces_are_read_on_the_seventeen_regions_without_any_estimate(shared: Path) -> None:
    stored(shared / CH_2024, "BFA")

    read = queries.need_by_unit((), state="BFA", level=1, sector="FSC", on=TODAY, division="bfa-2025")

    assert read["value"].sum() == PHASE3PLUS_2024["BFA"]
    assert set(read["status"]) == {"official"}


def test_togos_analysis_leaves_grand_lome_without_a_figure(shared: Path) -> None:
    stored(shared / CH_2024, "TGO")

    read = queries.need_by_unit((), state="TGO", level=1, sector="FSC", on=TODAY, division="tgo-2022")

    assert dict(read.select("unit", "value").iter_rows())["tgo-1-grand-lome"] is None
    assert read["value"].sum() == PHASE3PLUS_2024["TGO"]


def test_storing_needs_a_run_and_keeps_its_sharing_level(tmp_path: Path) -> None:
    run = received(ch_file(tmp_path, a_row()), "NER", share_as="confidential")
    rows = understood(run).rows

    FigureImporter().store_slice(run, rows, by=by("NER"))
    store_figures(run, rows.with_columns(source=rows["source"].replace("pending", f"file-{run.file_id[:16]}-ner")))

    assert set(Figure.objects.filter(import_run=run).values_list("holder", "sensitivity")) == {("ministere", "confidential")}
    assert Figure.objects.filter(import_run=run).count() == rows.height


def test_the_page_of_an_imported_figure_leads_to_its_row_for_who_may_see_the_import(shared: Path, client: Client) -> None:
    run = stored(shared / "displacement/mli_iom_dtm_baseline_r72.xlsx", "MLI")
    figure = Figure.objects.filter(import_run=run, concept="idps", unit_id="mli-2-ansongo").get()
    address = f"/figures/{figure.pk}/?lang=en"

    stranger = client.get(address).content.decode()
    account = open_account("data@mli.example", "a long enough one", name="synthetic")
    give_mandates(account, [(Role.DATA_MANAGER, "MLI")], since=date(2020, 1, 1))
    client.force_login(account)
    manager = client.get(address).content.decode()

    assert "mli_iom_dtm_baseline_r72.xlsx" in stranger and f"/imports/{run.pk}/" not in stranger
    assert f"/imports/{run.pk}/" in manager and f"row={figure.row}" in manager
