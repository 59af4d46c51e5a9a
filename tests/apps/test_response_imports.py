"""Matrices of alerts and bulletins brought in: what is understood, what is never read, what does not hold, what an answer to a doubt moves."""

from datetime import date
from typing import Any

import pytest

from concertation.apps.response import queries
from concertation.apps.response.bulletin_pages import judged
from concertation.apps.response.models import Alert, BulletinLine, SectorAnswer
from concertation.apps.sources.commands import keep_raw_file
from concertation.apps.sources.imports import receive, store, understand
from concertation.apps.sources.models import ImportProblem, ImportRun
from concertation.core.sharing import Mandate, Role
from concertation.formats.opening import open_file
from concertation.site import reference

pytestmark = pytest.mark.django_db
NIGER = Mandate("u-ner", Role.DATA_MANAGER, state="NER")
HEADINGS = (
    "Date de l'alerte;Région;Département;Commune;Localité;Type de choc;Statut de la population;Nombre de ménages;Nombre de personnes;Source de l'alerte;Date MSA;"
    "Ménages NFI;Date NFI;EHA;Latitude;Commentaires"
)
ROWS = (
    "03/08/2026;Tillabéri;Téra;;Village zq;Attaque de zqzq;PDI;120;840;Mairie;05/08/2026;100;09/08/2026;Non couvert;14.0;zqzq",
    "13/08/2026;Maradi;Dakoro;;Village zq;Inondation;Hôtes;45;310;Protection civile;;;;;13.5;",
    ";Maradi;Dakoro;;;Inondation;Hôtes;45;310;;;;;;;",
)
BULLETIN = (
    "Région;Ménages sinistrés;Personnes sinistrées;Maisons effondrées;Têtes de bétail;Ménages assistés;% ménages assistés",
    "Maradi;1000;7000;800;120;500;50",
    "Tahoua;500;3600;300;80;250;60",
    "Total;1600;10600;1100;200;750;47",
)


@pytest.fixture(autouse=True)
def grounds(settings: Any, tmp_path: Any) -> None:
    """The reference set and a folder for raw files."""
    settings.RAW_FOLDER = tmp_path / "raw"
    reference.load_if_changed()


def brought(tmp_path: Any, *lines: str, name: str, **days: date) -> ImportRun:
    """A file brought in and accepted as it is."""
    path = tmp_path / name
    path.write_text("\n".join(lines), encoding="utf-8")
    with path.open("rb") as stream:
        file = keep_raw_file(stream, name=name)
    run, _new = receive(file, state="NER", kind="", share_as="restricted", start=days.get("start"), end=days.get("end"), by=NIGER)
    preview = understand(run, today=date(2026, 9, 1), by=NIGER)
    if preview is not None:
        store(run, preview, by=NIGER)
    run.refresh_from_db()
    return run


def test_a_matrix_is_recognised_and_its_alerts_come_in_with_their_sectors(tmp_path: Any) -> None:
    run = brought(tmp_path, HEADINGS, *ROWS, name="matrice_2026-08.csv")

    first = Alert.objects.order_by("row").first()
    assert first is not None
    assert (run.kind, run.status, Alert.objects.count()) == ("response-alerts", "stored", 2)
    assert (first.unit_id, first.nature, first.group, first.households, first.outcome, first.teller) == ("ner-2-tera", "displacement", "idp", 120, "confirmed", "authority")
    assert sorted(first.answers.values_list("sector", "state", "households")) == [("SHL", "covered", 100), ("WSH", "not-covered", None)]
    assert (first.coverage, first.took_days) == ("partly", 6)


def test_nothing_of_an_event_a_position_or_a_village_is_kept_in_the_register(tmp_path: Any) -> None:
    run = brought(tmp_path, HEADINGS, *ROWS, name="matrice_2026-08.csv")

    told = " ".join(str(value) for row in Alert.objects.values() for value in row.values()) + str(run.preview.summary if hasattr(run, "preview") else "")
    left_out = ImportProblem.objects.filter(run=run, code="alert-column-left-out").values_list("value", flat=True)
    assert "zq" not in told
    assert set(left_out) == {"Localité", "Latitude", "Commentaires"}


def test_a_row_without_a_date_is_refused_and_the_others_come_in(tmp_path: Any) -> None:
    run = brought(tmp_path, HEADINGS, *ROWS, name="matrice_2026-08.csv")

    problem = ImportProblem.objects.get(run=run, code="alert-row-undated")
    assert (problem.row, Alert.objects.filter(nature="flood").count()) == (4, 1)


def test_one_alert_written_on_a_line_for_each_sector_is_one_alert(tmp_path: Any) -> None:
    headings = "Date de l'alerte;Région;Département;Nature de l'alerte;Ménages;Secteur;Statut de la réponse;Raison"
    lines = [f"03/08/2026;Maradi;Dakoro;Inondation;45;{sector};{state};{why}" for sector, state, why in (("Santé", "Couvert", ""), ("Éducation", "Non couvert", "Pas de partenaire"))]

    brought(tmp_path, headings, *lines, name="matrice_2026-08.csv")

    assert Alert.objects.count() == 1
    assert sorted(SectorAnswer.objects.values_list("sector", "state", "reason")) == [("EDU", "not-covered", "no-partner"), ("HEA", "covered", "")]


def test_a_bulletin_says_what_does_not_hold_and_corrects_nothing(tmp_path: Any) -> None:
    run = brought(tmp_path, *BULLETIN, name="Bilan des inondations au 23 août 2026.csv")

    row, held, problems = judged([NIGER])[0]
    assert (run.kind, run.status, row.hazard, row.as_of, row.season) == ("disaster-bulletin", "stored", "flood", date(2026, 8, 23), 2026)
    assert held.total is not None
    assert held.total.numbers["households"] == 1600
    assert {(problem.code, problem.cell.column, problem.value) for problem in problems} == {
        ("bulletin-parts-differ", "households", "1600"), ("bulletin-percent-differs", "assisted_households_percent", "60"),
    }  # fmt: skip


def test_a_later_bulletin_that_counts_fewer_is_told(tmp_path: Any) -> None:
    brought(tmp_path, *BULLETIN, name="Bilan des inondations au 23 août 2026.csv")
    brought(tmp_path, BULLETIN[0], "Maradi;900;7000;800;120;500;56", name="Bilan des inondations au 30 août 2026.csv")

    _row, _held, problems = judged([NIGER])[0]

    assert [(problem.code, problem.value, problem.detail["before"]) for problem in problems if problem.code == "bulletin-fell"] == [("bulletin-fell", "900", "1000")]


def test_a_bulletin_that_does_not_say_its_day_does_not_go_in(tmp_path: Any) -> None:
    run = brought(tmp_path, *BULLETIN, name="bilan.csv")

    assert (run.status, BulletinLine.objects.count()) == ("refused", 0)
    assert ImportProblem.objects.filter(run=run, code="bulletin-day-missing").exists()


def test_nigers_published_totals_of_2024_are_read_as_printed(tmp_path: Any) -> None:
    """Households and people of 23 September 2024 and the assisted of 4 November, as the press reported the service's own numbers."""
    brought(tmp_path, BULLETIN[0], "Total;158399;1176528;;22476;;", name="Bilan des inondations au 23 septembre 2024.csv", start=date(2024, 1, 1), end=date(2024, 9, 23))

    _row, held, problems = judged([NIGER])[0]

    assert held.total is not None
    assert (held.total.numbers["people"], held.total.numbers["livestock"], problems) == (1_176_528, 22_476, ())


def test_an_alert_of_a_doubtful_place_counts_for_no_window_until_a_person_settles_it(tmp_path: Any) -> None:
    brought(tmp_path, HEADINGS, ROWS[0].replace("Tillabéri;Téra", "Tillabéri;Qqqqqqq"), name="matrice_2026-08.csv")

    row = Alert.objects.get()
    assert row.placed in ("doubtful", "unknown")
    assert queries.countable([NIGER], natures=("displacement",)) == []


def test_the_workbooks_of_who_does_what_where_are_still_recognised_as_such(tmp_path: Any) -> None:
    path = tmp_path / "5w.csv"
    path.write_text("Organisation;Région;Département;Secteur;Ménages ciblés\nA;Maradi;Dakoro;Santé;3\n", encoding="utf-8")

    assert open_file(path).kind == "presence-5w"
