"""Who reads, under which mandates, and the heads of the journals, as programs receive them."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from concertation.apps.ground.answers import Row


class MandateTold(BaseModel):
    """One mandate under which the reader reads."""

    model_config = ConfigDict(extra="forbid")
    role: str
    state: str
    organisation: str


class ReaderTold(BaseModel):
    """Who reads: nobody in particular, a person who signed in, or a token of theirs until its last day."""

    model_config = ConfigDict(extra="forbid")
    reads_as: str
    token: str | None
    expires_on: date | None
    mandates: list[MandateTold]
    requests_per_minute: int


class JournalHeadRow(Row):
    """The last line of one State's journal: keep it to prove later that nothing before it was altered."""

    state: str
    sequence: int
    digest: str
