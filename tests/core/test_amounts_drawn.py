"""Money drawn from named envelopes: none appears, none is lost, no envelope gives more than it holds."""

from hypothesis import given
from hypothesis import strategies as st

from concertation.core.anticipation.amounts import Left, Release, drawn

RELEASES = st.lists(st.integers(0, 500).flatmap(lambda asked: st.integers(0, asked).map(lambda held: (asked, held))), max_size=8).map(
    lambda pairs: [Release(f"agency {place}", "", asked, held) for place, (asked, held) in enumerate(pairs)]
)
ROOMS = st.lists(st.integers(-50, 900), min_size=1, max_size=5).map(lambda rooms: [Left(f"envelope {place}", room) for place, room in enumerate(rooms)])


@given(RELEASES, ROOMS)
def test_what_is_asked_stays_what_is_asked_and_no_envelope_gives_more_than_it_holds(releases: list[Release], rooms: list[Left]) -> None:
    parts = drawn(releases, rooms)

    assert {each.agency: sum(part.asked for part in parts if part.agency == each.agency) for each in releases} == {each.agency: each.asked for each in releases}
    assert all(sum(part.given for part in parts if part.envelope == room.envelope) <= max(room.amount, 0) for room in rooms)
    assert sum(part.given for part in parts) == min(sum(each.given for each in releases), sum(max(room.amount, 0) for room in rooms))


@given(RELEASES)
def test_without_an_envelope_the_amounts_of_the_framework_stand(releases: list[Release]) -> None:
    assert [(part.agency, part.asked, part.given, part.envelope) for part in drawn(releases, [])] == [(each.agency, each.asked, each.given, "") for each in releases]
