"""What the walk of access rests on: pairs are taken for one only when nothing can tell them apart, and the parts of a walk are the whole of it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, QueryDict

from access_plants import Reader
from access_questions import Looks, Step, Watched, part_of, questions, watching, whatever_form
from concertation.site.blocks import address_with, kept_parameters
from concertation.site.context import layout

LOOKS: list[Callable[[Any], object]] = [
    lambda asked: asked["format"], lambda asked: asked.get("format"), lambda asked: asked.getlist("format"), lambda asked: "format" in asked, list, len, bool, dict, repr,
    lambda asked: {**asked}, lambda asked: asked.keys(), lambda asked: list(asked.items()), lambda asked: list(asked.values()), lambda asked: list(asked.lists()),
    lambda asked: asked.dict(), lambda asked: asked.urlencode(), lambda asked: asked.copy(), lambda asked: asked == QueryDict(""), lambda asked: asked != QueryDict(""),
]  # fmt: skip


def step(reader: str, path: str) -> Step:
    """A pair with a name alone."""
    return Step(Reader(reader, ()), "synthetic", path, "GET")


@pytest.mark.parametrize("look", LOOKS)
def test_every_way_to_look_at_the_form_of_an_address_is_noted(look: Callable[[Any], object]) -> None:
    looks = Looks()

    look(Watched("format=csv&page=2", looks))

    assert looks.looked


def test_a_look_at_another_part_of_an_address_is_no_look_at_its_form() -> None:
    looks = Looks()
    asked = Watched("format=csv&page=2", looks)

    assert (asked["page"], asked.get("sort"), asked.getlist("page"), "page" in asked) == ("2", None, ["2"], True)
    assert not looks.looked


def test_links_say_an_address_again_without_choosing_by_it() -> None:
    request, looks = HttpRequest(), Looks()
    request.GET = asked = Watched("format=csv", looks)

    assert layout(request)["other_language_url"] == "?format=csv&lang=en"
    assert address_with(asked, page="2") == "?format=csv&page=2"
    assert kept_parameters(asked, ["q"]) == (("format", "csv"),)
    assert not looks.looked


def test_a_request_is_watched(rf: Any) -> None:
    with watching() as looks:
        request = rf.get("/?format=csv")
        assert not looks.looked
        assert request.GET["format"] == "csv"

    assert looks.looked


def test_an_answer_is_the_same_whatever_form_its_address_says_again() -> None:
    told = {
        whatever_form(f'<a href="/x/{asked}lang=en"><a href="/in/?next=/x/{quoted}"> \'Content-Length\': \'{len(asked)}\'')
        for asked, quoted in (("?", ""), ("?format=csv&amp;", "%3Fformat%3Dcsv"), ("?format=hapi-needs&amp;", "%3Fformat%3Dhapi-needs"))
    }

    assert len(told) == 1
    assert whatever_form("mark one") != whatever_form("mark two")


def test_pairs_of_one_request_are_one_question_and_the_parts_of_a_walk_are_the_whole_of_it() -> None:
    forms = ("", "?format=csv", "?format=pdf")
    pairs = [step(reader, f"/{place}/{form}") for place in range(7) for form in forms for reader in ("a", "b")]
    every = questions([*pairs, *pairs[:5]])

    parts = [part_of(every, f"{number}/3") for number in (1, 2, 3)]

    assert (len(every), sum(len(question.pairs) for question in every)) == (42, 47)
    assert sorted(map(id, sum(parts, []))) == sorted(map(id, every))
    for question in every:
        assert sum(any(each.whatever_form == question.whatever_form for each in part) for part in parts) == 1
    with pytest.raises(ValueError, match="4/3"):
        part_of(every, "4/3")
