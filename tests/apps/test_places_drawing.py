"""The shapes of maps: drawn from the boundaries in use, served under a name that never changes meaning."""

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.test.utils import override_settings

from concertation.apps.places import drawing, queries
from concertation.apps.places.commands import approve_boundaries, bring_boundaries
from concertation.apps.places.drawing import Part
from concertation.core.sharing import Mandate, Role
from concertation.formats.boundaries import own_boundaries, written_boundaries
from concertation.site import reference

pytestmark = [pytest.mark.django_db, pytest.mark.wording]
TODAY = date(2026, 1, 15)
MANAGER = Mandate("u1", Role.DATA_MANAGER, state="NER")


@pytest.fixture(autouse=True)
def node_with_reference_set(tmp_path: Path) -> Iterator[None]:
    reference.load_if_changed()
    with override_settings(HOME=tmp_path):
        yield


def test_a_map_of_a_division_has_an_outline_for_each_of_its_regions() -> None:
    drawn = drawing.drawing("bfa-2025", 1)

    assert drawn is not None
    assert drawn.units == {unit.pk for unit in queries.units_of("BFA", 1, "bfa-2025")}


def test_the_joint_map_holds_the_four_states_in_one_frame_and_one_file() -> None:
    drawn = drawing.joint_drawing(drawing.joint_parts(1, TODAY))

    assert drawn is not None
    assert [part.division for part in drawn.parts] == ["bfa-2025", "mli-2023", "ner-2011", "tgo-2022"]
    assert {unit[:3] for unit in drawn.units} == {"bfa", "mli", "ner", "tgo"}
    assert len(drawn.sheet.content) < 60_000


def test_a_state_without_the_level_asked_for_is_drawn_at_the_finest_one_held() -> None:
    parts = drawing.joint_parts(2, TODAY)

    assert Part("bfa-2025", 2) in parts
    assert Part("ner-2011", 1) in parts


def test_the_shapes_are_served_for_ever_and_not_sent_twice(client: Client) -> None:
    drawn = drawing.drawing("ner-2011", 1)
    assert drawn is not None

    first = client.get(drawn.href)
    second = client.get(drawn.href, headers={"if-none-match": first.headers["ETag"]})

    assert (first.status_code, first.headers["Content-Type"]) == (200, "image/svg+xml")
    assert "immutable" in first.headers["Cache-Control"]
    assert hashlib.sha256(first.content).hexdigest()[:16] in drawn.href
    assert second.status_code == 304


def test_a_cache_that_was_emptied_is_filled_again(client: Client) -> None:
    drawn = drawing.joint_drawing(drawing.joint_parts(1, TODAY))
    assert drawn is not None
    drawing.symbol_path(drawn.sheet.digest).unlink()

    assert client.get(drawn.href).status_code == 200


def test_a_map_kept_in_memory_is_served_although_the_cache_was_emptied_since(client: Client) -> None:
    former = [Part("bfa-2001", 1), Part("ner-2011", 1)]  # of another day than today: no refill draws it
    first = drawing.kept_drawing(former, stamp="one")
    assert first is not None
    for held in drawing.symbol_path("any").parent.iterdir():
        held.unlink()

    again = drawing.kept_drawing(former, stamp="one")

    assert again is first
    assert client.get(first.href).status_code == 200


def test_a_file_that_was_tampered_with_is_not_served(client: Client) -> None:
    drawn = drawing.drawing("tgo-2022", 1)
    assert drawn is not None
    drawing.symbol_path(drawn.sheet.digest).write_bytes(b"<svg/>")

    assert client.get(drawn.href).status_code == 404


def test_shapes_nobody_drew_are_not_found(client: Client) -> None:
    assert client.get("/maps/0123456789abcdef.svg").status_code == 404


def test_boundaries_that_their_state_has_not_approved_are_not_drawn() -> None:
    shipped = queries.boundaries_in_use("ner-2011", 1)
    assert shipped is not None
    fewer = written_boundaries(own_boundaries(bytes(shipped.geometry)).areas[:3])
    brought = bring_boundaries(
        division=queries.division_named("ner-2011"), level=1, geometry=fewer, source="IGNN", licence="", by=MANAGER,
    )

    assert queries.boundaries_in_use("ner-2011", 1) == shipped

    approve_boundaries(brought, by=MANAGER)
    drawn = drawing.drawing("ner-2011", 1)
    assert drawn is not None
    assert len(drawn.units) == 3
    assert "approuvés par l'État" in drawn.source
