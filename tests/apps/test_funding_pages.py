"""Pages of money: sentences with their figures, plans never added across types, quality that says what it does not know, each part down to its flows."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from access_steps import browser_of, person
from activity_samples import organisation
from apps.test_funding_imports import brought, flow, page
from concertation.apps.funding.models import Flow
from concertation.apps.organisations.models import Organisation
from concertation.core.sharing import Role
from concertation.site import reference

pytestmark = [pytest.mark.django_db, pytest.mark.wording]


@pytest.fixture(autouse=True)
def node(tmp_path: Path, settings: Any) -> None:
    settings.RAW_FOLDER = tmp_path / "raw"
    reference.load_if_changed()


def text(path: str, client: Client | None = None) -> str:
    """A page as its reader sees it, blanks alike."""
    answer = (client or Client()).get(path)
    assert answer.status_code == 200
    return answer.content.decode().replace("\u202f", " ").replace("&#x27;", "'")


def test_a_fresh_node_says_what_the_three_plans_of_2025_asked_and_received() -> None:
    shown = text("/funding/?year=2025")

    assert "les plans humanitaires de 3 pays membres demandaient 2 167 M$ US et ont reçu 29 % ; il manque 1 535 M$ US (extrait du 17 avril 2026)" in shown
    assert "Eau, hygiène et assainissement, 8 % (Burkina Faso) et 50 % (Niger)" in shown


def test_the_overview_speaks_english() -> None:
    shown = text("/funding/?year=2025&lang=en")

    assert "the humanitarian plans of 3 member countries asked for $2,167M and received 29%" in shown


def test_a_plan_of_another_type_stands_only_where_it_was_alone_and_is_said() -> None:
    shown = text("/funding/?year=2019")

    assert "Plan d'un autre type, seul cette année-là : Burkina Faso 2018, Burkina Faso 2019, Togo 2020." in shown
    assert "94,1 sur 187,0" in shown


def test_money_outside_plans_stands_in_its_own_table() -> None:
    shown = text("/funding/?year=2025")

    apart = shown[shown.index('id="others"'):]
    assert "hors de tout plan" in apart and "63,5 M$ US" in apart


def test_one_cluster_stands_side_by_side_between_neighbours() -> None:
    shown = text("/funding/clusters/?sector=WSH&year=2025")

    assert "part reçue : Burkina Faso 8 %, Mali 10 %, Niger 50 %" in shown
    assert "l'écart est de 42 points" in shown


def test_a_sub_cluster_leads_to_its_family() -> None:
    assert "Protection : le même cluster" in text("/funding/clusters/?sector=PRO-GBV&year=2025")


@pytest.mark.parametrize("address", ["/funding/?table=years", "/funding/?table=coverage", "/funding/clusters/?sector=WSH", "/funding/counting/?year=2025", "/funding/quality/?year=2025", "/funding/flows/?year=2025"])
@pytest.mark.parametrize("form", ["csv", "xlsx", "hxl", "pptx"])
def test_every_table_of_money_goes_out_with_its_sources(tmp_path: Path, address: str, form: str) -> None:
    brought(page(tmp_path, flow(1)))

    answer = Client().get(f"{address}&format={form}")

    assert answer.status_code == 200
    assert answer.content


@pytest.mark.parametrize("form", ["svg", "png", "slide", "xlsx", "chart"])
@pytest.mark.parametrize("address", ["/funding/?chart=years", "/funding/clusters/?chart=shares&sector=WSH"])
def test_every_chart_of_money_goes_out(address: str, form: str) -> None:
    assert Client().get(f"{address}&format={form}").status_code == 200


def test_the_coverage_taken_away_holds_whole_dollars_and_the_day_of_extraction() -> None:
    rows = Client().get("/funding/?table=coverage&format=csv&year=2025&lang=en").content.decode("utf-8-sig").splitlines()

    water = next(row for row in rows if row.startswith("Niger,NER,2025,WSH"))
    assert water.endswith(",29696500,14810098,50,2026-04-17") or ",50,2026-04-17" in water


def test_quality_says_no_figure_where_no_flow_carries_the_field(tmp_path: Path) -> None:
    brought(page(tmp_path, flow(1, grandBargainEarmarkingType=None)))

    shown = text("/funding/quality/?state=NER&year=2025")

    assert "Les flux tenus ne portent pas ce champ." in shown


def test_a_part_of_a_bar_opens_on_its_flows(tmp_path: Path) -> None:
    brought(page(tmp_path, flow(1, amountUSD=60), flow(2, amountUSD=40, grandBargainEarmarkingType=None)))

    shown = text("/funding/quality/?state=NER&year=2025")
    unknown = text("/funding/flows/?state=NER&year=2025&measure=flexible&verdict=unknown")

    assert "60 %" in shown and "40 % de l'argent ne dit rien" in shown
    assert "/funding/flows/?state=NER&amp;year=2025&amp;measure=flexible&amp;verdict=unknown" in shown
    assert ">2</a>" in unknown and ">1</a>" not in unknown


def test_counting_policies_say_why_they_differ(tmp_path: Path) -> None:
    brought(page(tmp_path, flow(1), flow(2, flowType="Carryover")))

    shown = text("/funding/counting/?state=NER&year=2025")

    assert "règle de FTS 200 $" in shown and "règle du produit 100 $" in shown
    assert "reporté d'une année antérieure" in shown


def test_a_flow_shows_its_ends_its_earmark_and_every_key_as_received(tmp_path: Path) -> None:
    brought(page(tmp_path, flow(1, colour="red")))
    row = Flow.objects.get()

    shown = text(f"/funding/flows/{row.pk}/")

    assert "Synthetic pooled fund" in shown and "softly earmarked" in shown and "colour" in shown
    assert json.loads(Client().get(f"/funding/flows/{row.pk}/?format=json").content) == flow(1, colour="red")


def test_a_link_below_a_first_recipient_is_found_only_by_who_may_see_it(tmp_path: Path) -> None:
    brought(page(tmp_path, flow(1, boundary="internal")))
    row = Flow.objects.get()

    assert Client().get(f"/funding/flows/{row.pk}/").status_code == 404
    assert browser_of(person("reader", (Role.READER, "NER"))).get(f"/funding/flows/{row.pk}/").status_code == 200


def test_the_source_of_an_answer_offers_it_written_again(tmp_path: Path) -> None:
    run = brought(page(tmp_path, flow(1)), "NER")
    manager = browser_of(person("manager", (Role.DATA_MANAGER, "NER")))

    shown = text(f"/sources/{run.source_id}/", manager)

    assert f"/funding/answers/{run.pk}/" in shown
    assert json.loads(manager.get(f"/funding/answers/{run.pk}/").content)["data"]["flows"] == [flow(1)]


def test_the_page_of_a_state_shows_the_clusters_of_its_plan() -> None:
    shown = text("/states/NER/")

    assert "Ce que chaque cluster a reçu de ce qu'il demandait, 2025" in shown


def test_the_decision_on_finance_leads_to_the_pages_of_money() -> None:
    assert 'href="/funding/"' in text("/decisions/3/")


def test_an_address_nobody_understands_shows_what_is_held() -> None:
    for address in ("/funding/?year=1&sector=%00", "/funding/flows/?q=%00&sort=colour&state=XXX&year=99999", "/funding/quality/?year=abcd", "/funding/clusters/?sector=NOPE"):
        assert Client().get(address).status_code == 200


def test_streams_lead_from_giver_and_fund_to_country_and_cluster_and_leave_as_files(tmp_path: Path) -> None:
    government = [{"type": "Organization", "id": "7", "name": "Synthetic government", "organizationTypes": ["Government"]}]
    brought(page(tmp_path, flow(1, amountUSD=600), flow(2, amountUSD=400, sourceObjects=government)))

    shown = text("/funding/streams/?state=NER&year=2025")
    rows = Client().get("/funding/streams/?state=NER&year=2025&table=streams&format=csv&lang=en").content.decode("utf-8-sig")

    assert "<svg" in shown and "bailleurs du fonds" in shown and "Synthetic pooled fund" in shown
    assert "the fund's donors,Synthetic pooled fund,Niger,not said,600" in rows and "Synthetic government,no pooled fund,Niger,not said,400" in rows
    assert Client().get("/funding/streams/?state=NER&year=2025&chart=streams&format=svg").content.startswith(b"<svg")


def test_quality_is_told_of_one_sector_and_a_donor_reads_its_own_in_its_figures_alone(tmp_path: Path) -> None:
    organisation("Synthetic pooled fund")
    water = [*flow(1)["destinationObjects"], {"type": "GlobalCluster", "id": "11", "name": "Water Sanitation Hygiene"}]
    other = [{"type": "Organization", "id": "7", "name": "Synthetic government", "organizationTypes": ["Government"]}]
    brought(page(tmp_path, flow(1, destinationObjects=water), flow(2, sourceObjects=other, grandBargainEarmarkingType=["tightly earmarked"])))
    slug = Organisation.objects.get(name_fr="Synthetic pooled fund").slug
    donor = browser_of(person("donor", (Role.DONOR, "", slug)))

    def flexible(client: Client, asked: str) -> str:
        page_text = client.get(f"/funding/quality/?year=2025{asked}").content.decode()
        return next(share for share in ("100\u202f%", "50\u202f%") if share in page_text)

    assert flexible(Client(), "") == "50\u202f%"
    assert flexible(Client(), "&sector=WSH") == "100\u202f%"
    assert flexible(donor, f"&giver={slug}") == "100\u202f%"
    assert flexible(Client(), f"&giver={slug}") == "50\u202f%"
