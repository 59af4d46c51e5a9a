"""What the tests of imports share: people with mandates, small synthetic workbooks, and a worker that works at once."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from concertation.apps.access.commands import give_mandates, open_account
from concertation.apps.sources.models import ImportRun
from concertation.core.sharing import Role

PASSWORD = "a long synthetic password"
HEADINGS = "Organisation;Région;Département;Commune;Secteur;Activité;Contact"
GOOD = (
    "ONG synthetic A;Maradi;Dakoro;Korahane;Santé;synthetic;a.b@example.org",
    "ONG synthetic B;Maradi;Madarounfa;Maradi;Santé;synthetic;",
    "ONG synthetic B;Maradi;Madarounfa;Maradi;Nutrition;synthetic;",
)


def table(*rows: str, headings: str = HEADINGS) -> bytes:
    return "\n".join([headings, *(rows or GOOD)]).encode()


def signed_in(*mandates: tuple[Role, str], name: str = "person") -> Client:
    """A browser of somebody with these mandates."""
    user = open_account(f"{name}@concertation.example", PASSWORD, name="Synthetic")
    give_mandates(user, mandates, since=date(2020, 1, 1))
    client = Client()
    client.force_login(user)
    return client


def manager(state: str) -> Client:
    return signed_in((Role.DATA_MANAGER, state), name=f"manager-{state.lower()}")


def bring_in(client: Client, content: bytes, *, state: str = "NER", name: str = "synthetic_2022-02.csv", **fields: Any) -> Any:
    """Send a file through the form; the answer follows to the page of the import."""
    posted = {"file": SimpleUploadedFile(name, content), "state": state, "kind": "", "share_as": "confidential", **fields}
    return client.post("/imports/bring-in/", posted, follow=True)


def only_run() -> ImportRun:
    return ImportRun.objects.get()
