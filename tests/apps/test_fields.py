"""From a field on a grid to a threshold: readings for each unit, the page that says how they were counted, and nothing kept of a field that cannot be placed."""

import csv
import json
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import tifffile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from access_steps import browser_of, person
from concertation.apps.anticipation import commands, field_ground
from concertation.apps.anticipation.field_reading import Wanted, read_readings
from concertation.apps.anticipation.models import Activation, FieldBrought, IndicatorReading
from concertation.apps.ground.models import JournalLine
from concertation.apps.places import queries as places
from concertation.core.fields.grid import Grid
from concertation.core.sharing import Role
from concertation.formats.fields import reading
from concertation.formats.framework_file import shipped
from concertation.site import cli_field
from field_samples import Cells, geotiff, gradient, netcdf

CHILDREN_START_ANEW = True
pytestmark = pytest.mark.django_db
BURKINA, NIGER = "bfa-drought-2026", "ner-drought-2026"
YEAR = timezone.localdate().year
ASKED = {"indicator": "dry_area", "scope": "1", "on": f"{YEAR}-04-05", "field_source": "ECMWF (synthetic)", "field_licence": "", "field_share_as": "restricted"}


@pytest.fixture(autouse=True)
def loaded(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FOLDER = tmp_path / "raw"
    settings.HOME = tmp_path
    commands.load_frameworks(shipped().values())


def manager(state: str) -> Client:
    return browser_of(person("manager", (Role.DATA_MANAGER, state)))


def bring(browser: Client, slug: str, path: Path, **asked: str) -> Any:
    return browser.post(f"/anticipation/frameworks/{slug}/field/", {**ASKED, **asked, "field_file": SimpleUploadedFile(path.name, path.read_bytes())}, follow=True)


def dry_april(folder: Path) -> Path:
    return geotiff(folder / "april.tif", {"percentile_of_total": gradient()})


def test_a_geotiff_becomes_a_reading_for_each_region_and_meets_the_threshold_where_it_is_dry(tmp_path: Path) -> None:
    page = bring(manager("BFA"), BURKINA, dry_april(tmp_path))
    held = {row.unit: row for row in IndicatorReading.objects.all()}
    assert page.status_code == 200 and len(held) == 17
    assert {(row.year, row.issue, row.issued_on, row.source) for row in held.values()} == {(YEAR, 4, date(YEAR, 4, 5), "ECMWF (synthetic)")}
    dry, wet = held["bfa-1-liptako"].value, held["bfa-1-tannounyan"].value
    assert dry == 100.0 and wet == 0.0
    assert "bfa-1-liptako" in set(Activation.objects.values_list("unit", flat=True)) and "bfa-1-tannounyan" not in set(Activation.objects.values_list("unit", flat=True))
    assert JournalLine.objects.filter(act="anticipation.field-brought", chain="BFA").count() == 1


def test_the_page_of_a_field_says_how_each_region_was_counted(tmp_path: Path) -> None:
    browser = manager("BFA")
    shown = bring(browser, BURKINA, dry_april(tmp_path)).content.decode()
    assert "17 zones sur 17 ont un chiffre" in shown and "Kadiogo" in shown and "0,25" in shown and "april.tif" in shown
    english = browser.get(f"/anticipation/fields/{FieldBrought.objects.get().pk}/?lang=en").content.decode()
    assert "17 areas of 17 have a figure" in english and "Share of the ground" in english
    assert Client().get(f"/anticipation/fields/{FieldBrought.objects.get().pk}/").status_code == 404
    assert f"/anticipation/fields/{FieldBrought.objects.get().pk}/" in browser.get(f"/anticipation/frameworks/{BURKINA}/?lang=fr").content.decode()


def test_the_areas_and_the_map_of_a_field_are_taken_away_with_their_source(tmp_path: Path) -> None:
    browser = manager("BFA")
    bring(browser, BURKINA, dry_april(tmp_path))
    address = f"/anticipation/fields/{FieldBrought.objects.get().pk}/"
    table = browser.get(f"{address}?format=csv").content.decode()
    assert "bfa-1-liptako" in table and table.count("bfa-1-") == 17
    drawing = browser.get(f"{address}?format=svg").content.decode()
    assert "Liptako" in drawing and "ECMWF (synthetic)" in drawing and browser.get(f"{address}?format=txt").status_code == 404


def test_the_same_field_brought_twice_adds_nothing(tmp_path: Path) -> None:
    browser, path = manager("BFA"), dry_april(tmp_path)
    bring(browser, BURKINA, path)
    again = bring(browser, BURKINA, path).content.decode()
    assert "Rien de nouveau" in again and FieldBrought.objects.count() == 1 and IndicatorReading.objects.count() == 17


def test_thirty_years_of_a_netcdf_become_one_area_south_of_the_mask_of_the_framework(tmp_path: Path) -> None:
    days = tuple(date(year, 8, 1) for year in range(1996, YEAR + 1))
    latitudes, longitudes = 10.125 + 0.25 * np.arange(60), 0.125 + 0.25 * np.arange(66)
    cells = np.broadcast_to(np.where(latitudes > 17, 4.0, -1.0)[None, :, None] + 0.01 * np.arange(len(days))[:, None, None], (len(days), 60, 66)).astype(np.float32)
    path = netcdf(tmp_path / "spi.nc", cells, latitudes=latitudes, longitudes=longitudes, name="spi", unit="1", days=days)
    bring(manager("NER"), NIGER, path, indicator="rain_index", scope="area", on="")
    rows = list(IndicatorReading.objects.order_by("year"))
    assert [row.year for row in rows] == list(range(1996, YEAR + 1)) and {row.unit for row in rows} == {""}
    assert [row.value for row in rows] == pytest.approx([-1.0 + 0.01 * place for place in range(len(days))], abs=1e-6)


def test_a_unit_the_field_hardly_covers_has_no_figure_rather_than_a_wrong_one(tmp_path: Path) -> None:
    cells = gradient()
    cells[:, 24:] = np.nan
    shown = bring(manager("BFA"), BURKINA, geotiff(tmp_path / "half.tif", {"percentile_of_total": cells}, nodata=-9999.0)).content.decode()
    assert shown.count("trop peu de valeurs") == shown.count('class="missing">aucun chiffre') == 3 and "14 zones sur 17" in shown
    assert "bfa-1-tapoa" not in set(IndicatorReading.objects.values_list("unit", flat=True)) and IndicatorReading.objects.count() == 14


@pytest.mark.parametrize(
    ("code", "file"),
    [
        ("field-projection-other", {"crs": "EPSG:32630"}),
        ("field-no-georeference", {"crs": None, "transform": None}),
    ],
)
def test_nothing_is_kept_of_a_field_that_cannot_be_placed(tmp_path: Path, code: str, file: dict[str, Any]) -> None:
    path = tmp_path / "field.tif"
    if file["crs"] is None:
        path.write_bytes(plain_tiff(gradient()))
    else:
        geotiff(path, {"percentile_of_total": gradient()}, **file)
    page = bring(manager("BFA"), BURKINA, path)
    assert page.status_code == 422 and code in page.content.decode()
    assert not IndicatorReading.objects.exists() and not FieldBrought.objects.exists()


@pytest.mark.parametrize(
    ("unit", "expected", "told"),
    [("%", 40.0, ""), ("1", 4000.0, "field-unit-converted"), ("", 40.0, "field-unit-missing"), ("K", None, "field-unit-unknown")],
)
def test_values_are_brought_to_the_measure_of_the_indicator_or_refused(tmp_path: Path, unit: str, expected: float | None, told: str) -> None:
    latitudes, longitudes = 10.125 + 0.25 * np.arange(60), 0.125 + 0.25 * np.arange(66)
    framework = shipped()[NIGER].read.framework
    assert framework is not None
    path = netcdf(tmp_path / "p.nc", np.full((1, 60, 66), 40, np.float32), latitudes=latitudes, longitudes=longitudes, name="p_below", unit=unit, days=(date(YEAR, 2, 1),))
    read = read_readings(path, framework, Wanted("forecast", "area", None, timezone.localdate()))
    assert {problem.code for problem in read.problems} - {"field-latitude-turned", "reading-out-of-range", "reading-history-short"} == ({told} if told else set())
    assert [reading.value for reading in read.readings] == ([expected] if expected is not None and expected <= 100 else [])


def test_an_ensemble_is_refused_where_the_framework_means_one_field(tmp_path: Path) -> None:
    latitudes, longitudes = 10.125 + 0.25 * np.arange(60), 0.125 + 0.25 * np.arange(66)
    framework = shipped()[NIGER].read.framework
    assert framework is not None
    path = netcdf(tmp_path / "m.nc", np.full((1, 3, 60, 66), 40, np.float32), latitudes=latitudes, longitudes=longitudes, name="p_below", unit="%", days=(date(YEAR, 2, 1),), members=True)
    read = read_readings(path, framework, Wanted("forecast", "area", None, timezone.localdate()))
    assert not read.readings and read.problems[-1].code == "field-members-unexpected"


def test_a_field_in_shares_where_percents_are_meant_is_told_before_it_never_fires(tmp_path: Path) -> None:
    framework = shipped()["bfa-drought-2022"].read.framework
    assert framework is not None
    name = next(name for name, each in framework.indicators.items() if each.reduce.how == "share-of-area")
    path = geotiff(tmp_path / "terciles.tif", {"p_below": gradient() / 100, "p_above": gradient() / 200})
    read = read_readings(path, framework, Wanted(name, "1", date(YEAR, 3, 1), timezone.localdate()))
    assert "field-threshold-out-of-reach" in {problem.code for problem in read.problems} and {reading.value for reading in read.readings} == {0.0}


def plain_tiff(cells: Cells) -> bytes:
    """An image without any place."""
    held = BytesIO()
    tifffile.imwrite(held, cells)
    return held.getvalue()


def test_a_node_without_the_extra_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "find_spec", lambda name: None)
    page = bring(manager("BFA"), BURKINA, dry_april(tmp_path))
    assert page.status_code == 422 and "./run climate" in page.content.decode() and not IndicatorReading.objects.exists()


def test_a_reader_without_mandate_for_the_state_brings_nothing(tmp_path: Path) -> None:
    assert bring(manager("NER"), BURKINA, dry_april(tmp_path)).status_code == 403 and not IndicatorReading.objects.exists()


def test_the_terminal_counts_a_field_over_any_boundaries_and_brings_it_as_the_page_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_field.node, "make_ready", lambda: None)
    halves = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"code": name}, "geometry": shapely.geometry.mapping(shapely.box(west, 10.0, west + 1.0, 12.0))} for name, west in (("west", -3.0), ("east", -2.0))
    ]}  # fmt: skip
    (tmp_path / "areas.geojson").write_text(json.dumps(halves))
    field, table = dry_april(tmp_path), tmp_path / "figures.csv"
    asked = ["zones", str(field), "--boundaries", str(tmp_path / "areas.geojson"), "--on", f"{YEAR}-04-05"]
    counted = CliRunner().invoke(cli_field.field_app, [*asked, "--statistic", "share-at-most", "--at", "50", "--out", str(table), "--json"])
    assert counted.exit_code == 0 and [area["cells"] for area in json.loads(counted.stdout)["areas"]] == [32, 32]
    lines = list(csv.DictReader(table.open()))
    assert [line["code"] for line in lines] == ["west", "east"] and [float(line["value"]) for line in lines] == pytest.approx([24.9, 24.9], abs=0.2)
    assert CliRunner().invoke(cli_field.field_app, [*asked, "--statistic", "quantile"]).exit_code == 2
    brought = CliRunner().invoke(cli_field.field_app, ["bring", str(field), "--framework", BURKINA, "--indicator", "dry_area", "--on", f"{YEAR}-04-05", "--source", "ECMWF (synthetic)", "--json"])
    assert json.loads(brought.stdout)["added"] == IndicatorReading.objects.count() == 17
    assert CliRunner().invoke(cli_field.field_app, ["bring", str(field), "--framework", BURKINA, "--indicator", "rain", "--source", "x"]).exit_code == 2


def test_weights_are_made_once_for_a_grid_and_its_areas(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    whole = field_ground.coverage
    monkeypatch.setattr(field_ground, "coverage", lambda grid, shapes: made.append(1) or whole(grid, shapes))
    division = places.division_on("BFA", timezone.localdate())
    held = places.boundaries_in_use(division.pk, 1) if division else None
    assert held is not None
    framework = shipped()[BURKINA].read.framework
    assert framework is not None
    ground = field_ground.level_ground(framework, held)
    assert isinstance(ground, field_ground.Ground)
    grid = Grid(-6.0, 15.5, 0.25, 0.25, 40, 28)
    first, second = (field_ground.weights_on(grid, ground) for _ in range(2))
    assert made == [1] and first.shares.tolist() == second.shares.tolist() and first.cells.tolist() == second.cells.tolist()
    field_ground.weights_on(grid.part(slice(0, 20), slice(0, 40)), ground)
    assert made == [1, 1]
