"""Writing decisions and sessions: the reference set's own, without touching what the secretariat filled in since."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from django.db import transaction

from concertation.apps.decisions.models import Attendance, Decision, OfficialWording, Session
from concertation.apps.ground.editing import ActRefused
from concertation.core.problems import Problem

OURS = ["number", "title_fr", "title_en", "text_fr", "text_en", "subjects", "sources", "source_status", "session"]
THEIRS = ("responsible",)


class Refused(ActRefused):
    """The act cannot stand; `code` names why, in `reference/problems.csv`."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__([Problem(code, value=value)])
        self.code, self.value = code, value


@transaction.atomic
def load_sessions(sessions: pl.DataFrame, attendances: pl.DataFrame) -> None:
    """Load the sessions of the reference set; one that the secretariat changed since is left as it stands."""
    changed = set(Session.objects.filter(version__gt=1).values_list("reference", flat=True))
    rows = [_session(line) for line in sessions.to_dicts() if line["session"] not in changed]
    fields = ["number", "body", "title_fr", "title_en", "starts_on", "ends_on", "place", "state", "sources", "source_status"]
    Session.objects.bulk_create(rows, update_conflicts=True, unique_fields=["reference"], update_fields=fields)
    came = [_attendance(line) for line in attendances.to_dicts() if line["session"] not in changed]
    said = ["party_fr", "party_en", "capacity", "presence", "source", "source_status"]
    Attendance.objects.bulk_create(came, update_conflicts=True, unique_fields=["session", "party"], update_fields=said)


def _session(line: Mapping[str, Any]) -> Session:
    same = {name: line[name] for name in ("number", "body", "title_fr", "title_en", "starts_on", "ends_on", "place", "state", "source_status")}
    return Session(reference=line["session"], sources=line["source"] or "", **same)


def _attendance(line: Mapping[str, Any]) -> Attendance:
    return Attendance(session_id=line["session"], **{name: line[name] or "" for name in line if name != "session"})


@transaction.atomic
def load_decisions(table: pl.DataFrame) -> None:
    """Load the decisions in the product's words; wording, responsible and due day are set only where none is held yet.

    Columns in: reference, session, subjects and source (`|` between several), title, text, official_wording, responsible, due.
    """
    lines = table.to_dicts()
    rows = [_decision(line, number) for number, line in enumerate(lines, 1)]
    Decision.objects.bulk_create(rows, update_conflicts=True, unique_fields=["reference"], update_fields=OURS)
    worded = set(OfficialWording.objects.values_list("decision_id", flat=True))
    OfficialWording.objects.bulk_create(
        OfficialWording(decision_id=line["reference"], language="fr", text=line["official_wording"], origin=line["source"] or "")
        for line in lines if line["official_wording"] and line["reference"] not in worded
    )


def _decision(line: Mapping[str, Any], number: int) -> Decision:
    texts = {name: line[name] or "" for name in (*THEIRS, "title_fr", "title_en", "text_fr", "text_en", "subjects", "source_status")}
    return Decision(reference=line["reference"], number=number, sources=line["source"] or "", session_id=line["session"], due=line["due"], **texts)
