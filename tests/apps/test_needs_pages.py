"""The pages of figures: in both languages, by mandate, with every figure down to its cell, and their exports."""

import csv
from io import BytesIO, StringIO
from uuid import uuid4

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from concertation.apps.needs import queries
from concertation.apps.needs.models import Figure
from concertation.site import reference

pytestmark = [pytest.mark.django_db, pytest.mark.wording]
NARROW = "\u202f"


@pytest.fixture(autouse=True)
def reference_set() -> None:
    reference.load_if_changed()
    queries.terrain()


def body(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def lines(client: Client, address: str) -> list[list[str]]:
    return list(csv.reader(StringIO(client.get(address).content.decode("utf-8-sig"))))


def test_the_overview_opens_with_people_in_phase_3_or_worse_in_both_languages(client: Client) -> None:
    french, english = body(client, "/needs/?lang=fr"), body(client, "/needs/?lang=en")

    assert f"Niger 3{NARROW}436{NARROW}895 (juin-août 2024)" in french
    assert "Niger 3,436,895 (June-August 2024)" in english


def test_the_overview_shows_the_leading_figure_with_its_page_and_source(client: Client) -> None:
    page = body(client, "/needs/?state=BFA&concept=in_need&lang=en")

    leader = queries.standing((), unit="bfa", concept="in_need").leader
    assert leader is not None
    assert f'<a href="/figures/{leader.id}/">4,500,000</a>' in page
    assert leader.source_title.split("'")[0] in page


def test_the_overview_of_a_year_shows_that_years_figures(client: Client) -> None:
    rows = lines(client, "/needs/?state=MLI&concept=idps&year=2024&format=csv&lang=en")

    assert [row[rows[0].index("Figure")] for row in rows[1:]] == ["378363"]


def test_the_overview_sorts_by_value_from_the_highest(client: Client) -> None:
    rows = lines(client, "/needs/?concept=requirement&sort=-value&format=csv&lang=en")
    dollars = [row for row in rows[1:] if row[rows[0].index("Unit")] == "USD"]

    values = [int(row[rows[0].index("Figure")]) for row in dollars]
    assert values == sorted(values, reverse=True)
    assert len(values) > 3


def test_what_the_address_does_not_know_is_left_out(client: Client) -> None:
    assert body(client, "/needs/?state=XXX&concept=nope&year=abcd&sort=;drop&lang=en") == body(client, "/needs/?state=XXX&concept=nope&year=abcd&sort=;drop&lang=en")


def test_a_table_of_figures_is_taken_away_in_three_formats(client: Client) -> None:
    workbook = openpyxl.load_workbook(BytesIO(client.get("/needs/?format=xlsx&lang=fr").content))
    plain, tagged = lines(client, "/needs/?format=csv&lang=fr"), lines(client, "/needs/?format=hxl&lang=fr")

    assert workbook.sheetnames == ["Chiffres par État", "Sources"]
    assert tagged[0] == plain[0] and tagged[1][0] == "#country+name"
    assert tagged[2:] == plain[1:]


def test_the_overview_takes_few_queries(client: Client) -> None:
    with CaptureQueriesContext(connection) as counted:
        client.get("/needs/")

    assert len(counted) <= 6


def test_a_figures_page_says_all_that_makes_it_readable(client: Client) -> None:
    figure = Figure.objects.get(concept="in_need", unit_id="bfa", source_id="bfa-hnrp-2025")

    page = body(client, f"/figures/{figure.pk}/?lang=en")

    for words in ("People in need", "5,900,000", "165 communes sur 351", "2025", "earlier period", "operational"):
        assert words in page
    assert 'href="/figures/' in page


def test_a_figure_nobody_holds_says_so_and_never_zero(client: Client) -> None:
    figure = Figure.objects.filter(concept="in_need", unit_id="ner", value__isnull=True).first()

    page = body(client, f"/figures/{figure.pk}/?lang=fr")

    assert "Aucun chiffre disponible" in page
    assert "<b>0" not in page


def test_a_quoted_term_keeps_its_words_on_its_own_page(client: Client) -> None:
    figure = Figure.objects.get(concept="distress_as_quoted", unit_id="ner")

    assert f"«{NARROW}des millions{NARROW}»" in body(client, f"/figures/{figure.pk}/?lang=fr").replace("« des", f"«{NARROW}des").replace("millions »", f"millions{NARROW}»")


def test_a_figure_that_may_not_be_seen_is_not_there(client: Client) -> None:
    figure = Figure.objects.filter(concept="in_need", unit_id="ner").first()
    Figure.objects.filter(pk=figure.pk).update(sensitivity="confidential", holder="")

    assert client.get(f"/figures/{figure.pk}/").status_code == 404
    assert client.get(f"/figures/{uuid4()}/").status_code == 404


def test_no_page_of_figures_writes_a_style_or_a_script(client: Client) -> None:
    figure = Figure.objects.filter(concept="in_need", unit_id="bfa").first()

    for address in ("/needs/", f"/figures/{figure.pk}/"):
        page = body(client, address)
        assert " style=" not in page
        assert "<style" not in page
