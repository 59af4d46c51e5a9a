"""Synthetic follow-up of the eight decisions: people of every role, reports of States, days set and put off by sessions."""

from datetime import date

from concertation.apps.decisions.following import commands as following
from concertation.apps.decisions.following.commands import StateReport
from concertation.apps.decisions.models import NationalImplementation, Session
from concertation.apps.decisions.sessions import commands as sessions
from concertation.apps.decisions.sessions.commands import SessionWords
from concertation.core.sharing import Mandate, Role

NIGER = Mandate("u-niger", Role.DATA_MANAGER, "NER")
MALI = Mandate("u-mali", Role.DATA_MANAGER, "MLI")
SECRETARIAT = Mandate("u-secretariat", Role.ANALYST, "AES")


def said(implementation: str = "under-way", **more: object) -> StateReport:
    """A synthetic report of a State."""
    words: dict[str, object] = {
        "percent": None, "cause": "", "facts": "Fait synthétique", "next_step": "Étape synthétique", "documents": "", "responsible": "", "sensitivity": "public",
    }  # fmt: skip
    return StateReport(implementation=implementation, **{**words, **more})  # type: ignore[arg-type]


def reported(decision: str = "D1", *, by: Mandate = NIGER, on: date = date(2026, 1, 15), base_version: int = 0, words: StateReport | None = None) -> NationalImplementation:
    """A State reported of a decision."""
    return following.report(decision, by.state, words or said(), base_version=base_version, on=on, by=by)


def second_session() -> Session:
    """A second, synthetic session."""
    words = SessionWords(
        body="experts", title_fr="Deuxième session synthétique", title_en="Second synthetic session", starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 3), place="Niamey", state="held",
    )  # fmt: skip
    return sessions.call_session(words, by=SECRETARIAT)
