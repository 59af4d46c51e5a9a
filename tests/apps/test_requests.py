"""The version a form was read from: whatever is sent, it is a number a row may have, or 0, which none has."""

import pytest
from django.test import RequestFactory

from concertation.apps.access.requests import version_of


@pytest.mark.parametrize(("sent", "version"), [("12", 12), ("", 0), ("-1", 0), ("1.5", 0), ("²", 0), ("9" * 5_000, 0), ("un", 0)])
def test_no_version_that_is_sent_makes_a_page_fail(sent: str, version: int) -> None:
    assert version_of(RequestFactory().post("/", {"version": sent})) == version


def test_a_form_without_a_version_names_none() -> None:
    assert version_of(RequestFactory().post("/", {})) == 0
