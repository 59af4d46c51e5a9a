"""One variable names the engine; both sort alike, and what SQLite cannot do is refused in words."""

import os
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from concertation.apps.needs.models import Figure
from concertation.apps.places.models import Division, State
from concertation.site import engines, fitness
from separate_node import SeparateNode, new_node

HOME = Path("node")
MISUSED = 2


@pytest.mark.parametrize(
    "address", ["mysql://a:secret@host/name", "postgresql://a:secret@host", "postgresql://a:secret@host:port/name", "postgresql://a:secret@host/name?schema=x;drop"]
)
def test_an_address_that_is_not_understood_is_refused_without_repeating_its_password(address: str) -> None:
    with pytest.raises(engines.WronglyNamed) as refused:
        engines.database(address, home=HOME)

    assert "secret" not in str(refused.value)
    assert str(refused.value).count("postgresql://user:password@host") == 2


def test_the_command_line_refuses_a_wrong_address_in_both_languages(tmp_path: Path) -> None:
    done = SeparateNode(tmp_path, "oracle://a:secret@host/name").run("doctor", "--json")

    assert done.returncode == 1
    assert "commence par" in done.stderr
    assert "begins with" in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_does_not_answer_is_told_without_a_trace(tmp_path: Path) -> None:
    done = SeparateNode(tmp_path, "postgresql://a:secret@127.0.0.1:9/name").run("migrate", "--json")

    assert done.returncode == 1
    assert "ne répond pas" in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.sqlite
def test_several_web_processes_are_refused_on_sqlite_with_the_way_out(tmp_path: Path) -> None:
    done = SeparateNode(tmp_path / "node").run("serve", "--web", "2", "--port", "1")

    assert done.returncode == MISUSED
    assert "un seul processus web" in done.stderr
    assert engines.VARIABLE in done.stderr


@pytest.mark.django_db
def test_the_database_of_the_tests_is_one_a_node_can_live_on() -> None:
    assert fitness.lacking() is None
    assert connection.vendor == ("postgresql" if engines.is_postgresql(os.environ.get(engines.VARIABLE, "")) else "sqlite")


@pytest.mark.django_db
def test_names_sort_by_code_point_and_what_is_empty_sorts_first_on_both_engines() -> None:
    state = State.objects.create(iso3="XXX", name_fr="Essai", name_en="Test", status="member", source="test")
    begun = {"zèbre": date(2001, 1, 1), "Éléphant": None, "abeille": date(2020, 1, 1), "Zorro": date(2010, 1, 1)}
    for name, day in begun.items():
        Division.objects.create(id=name, state=state, name_fr=name, name_en=name, valid_from=day, source="test")

    held = Division.objects.filter(state=state)

    assert list(held.order_by("name_fr").values_list("name_fr", flat=True)) == ["Zorro", "abeille", "zèbre", "Éléphant"]
    assert list(held.order_by("valid_from").values_list("name_fr", flat=True)) == ["Éléphant", "zèbre", "Zorro", "abeille"]
    assert list(held.order_by("-valid_from").values_list("name_fr", flat=True)) == ["abeille", "Zorro", "zèbre", "Éléphant"]


@pytest.mark.django_db
def test_only_what_may_be_empty_is_sorted_by_a_rule_of_its_own() -> None:
    if connection.vendor == "sqlite":
        assert "NULLS" not in str(Figure.objects.order_by("-value", "pk").query)
    else:
        assert '"value" DESC NULLS LAST, "needs_figure"."id" ASC' in str(Figure.objects.order_by("-value", "pk").query)


def test_a_node_of_one_engine_answers_as_one_of_the_other(tmp_path: Path) -> None:
    node = new_node(tmp_path / "node")

    told = {finding["code"]: finding["holds"] for finding in node.answer("doctor")}

    assert told
    assert all(told.values())
