"""Allocation rounds: a frozen question, scenarios, what States ask and say, lines set by hand, and the end that only a certificate opens."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from concertation.apps.allocation import commands, queries, solving
from concertation.apps.allocation.models import Round, Scenario
from concertation.apps.allocation.scenarios import commands as scenario_commands
from concertation.apps.allocation.scenarios.commands import RoundRefused
from concertation.apps.ground.editing import Conflict
from concertation.apps.ground.models import JournalLine
from concertation.core.allocation.consent import ChangedLine, Constraint
from concertation.core.allocation.what_if import WhatIf
from concertation.core.sharing import Mandate, Role
from round_steps import ANALYST, NIGER, ON, asked, content_of, round_of, solved, valued

pytestmark = pytest.mark.django_db
MALI, FASO = (Mandate(f"u-{state}", Role.RELEASE_AUTHORITY, state=state) for state in ("MLI", "BFA"))
SPEAKERS = {"NER": NIGER, "MLI": MALI, "BFA": FASO}


@pytest.fixture
def made() -> Round:
    return round_of(asked())


@pytest.fixture
def plan(made: Round) -> Scenario:
    return solved(made)


def refusal(act: Callable[[], object]) -> list[str]:
    """The codes of the refusal of an act."""
    with pytest.raises(RoundRefused) as told:
        act()
    return [problem.code for problem in told.value.problems]


def forward(made: Round, scenario: Scenario) -> Round:
    """The round with a scenario put to the States."""
    made.refresh_from_db()
    return commands.put_forward(made, scenario, base_version=made.version, by=ANALYST)


def everyone_speaks(made: Round, scenario: Scenario, stance: str = "endorses", motive: str = "") -> None:
    """Each State says the same."""
    for state, by in SPEAKERS.items():
        commands.take_position(made, state=state, stance=stance, motive=motive, scenario_version=scenario.version, by=by)


def test_a_round_keeps_its_question_byte_for_byte_and_answers_it_with_a_valid_certificate(made: Round, plan: Scenario) -> None:
    assert bytes(made.question) == content_of(asked())
    assert plan.status == "solved" and plan.valid
    assert plan.question_sha256 == queries.question_for(made, plan).digest
    assert queries.overview_of(plan)["people"] > 0
    assert made.states.split() == ["BFA", "MLI", "NER"]


def test_money_under_an_authority_is_seen_and_enters_a_scenario_once_it_has_joined(made: Round, plan: Scenario) -> None:
    assert queries.overview_of(plan)["observed"] == 900_000_000

    commands.note_joining(made, authority="cerf", reference="lettre du 3 juin", joined_on=ON, by=ANALYST)
    scenario_commands.add_scenario(made, title="avec le CERF", changes=commands.current_changes(made), by=ANALYST)

    joined = queries.overview_of(solved(made, 2))
    assert joined["observed"] == 0
    assert joined["held"] == queries.overview_of(plan)["held"] + 900_000_000


def test_a_state_s_exclusion_stands_beside_the_plan_on_needs_alone(made: Round, plan: Scenario) -> None:
    question = queries.question_for(made, plan)
    row = commands.state_constraint(made, Constraint("NER", "FSC"), question=question, motive="stocks publics engagés", stated_on=ON, by=NIGER)
    scenario_commands.add_scenario(made, title="avec l'exclusion", changes=commands.current_changes(made), by=ANALYST)

    given = {group["sector"]: group["given"] for group in queries.overview_of(solved(made, 2))["groups"] if group["state"] == "NER"}
    alone = {group["sector"]: group["given"] for group in queries.overview_of(plan)["groups"] if group["state"] == "NER"}
    assert row.people == 1_800_000
    assert given["FSC"] == 0 < alone["FSC"]


def test_a_constraint_needs_a_motive_and_a_need_it_binds(made: Round, plan: Scenario) -> None:
    question = queries.question_for(made, plan)

    assert refusal(lambda: commands.state_constraint(made, Constraint("NER", "FSC"), question=question, motive=" ", stated_on=ON, by=NIGER)) == ["reason-needed"]
    assert refusal(lambda: commands.state_constraint(made, Constraint("NER", "EDU"), question=question, motive="x", stated_on=ON, by=NIGER)) == ["constraint-binds-nothing"]


def test_a_withdrawn_constraint_binds_no_further_scenario(made: Round, plan: Scenario) -> None:
    row = commands.state_constraint(made, Constraint("NER", "FSC"), question=queries.question_for(made, plan), motive="x", stated_on=ON, by=NIGER)

    assert commands.withdraw_constraint(made, row.pk, state="NER", by=NIGER)
    assert not commands.withdraw_constraint(made, row.pk, state="NER", by=NIGER)
    assert commands.current_changes(made).constraints == ()


def test_a_line_set_by_hand_is_checked_counted_and_marked(made: Round, plan: Scenario) -> None:
    before = queries.overview_of(plan)

    commands.change_line(plan, ChangedLine("beta-niger", "ner-fsc", 0), reason="accord avec le donateur", base_version=1, by=ANALYST)

    plan.refresh_from_db()
    after = queries.overview_of(plan)
    assert after["by_hand"] == 1 and after["people"] < before["people"] and after["spent"] < before["spent"]
    assert plan.version == 2 and plan.valid


def test_a_line_that_breaks_a_rule_is_refused_with_the_rule(plan: Scenario) -> None:
    def change(source: str, cell: str, amount: int, reason: str = "x") -> list[str]:
        with pytest.raises(RoundRefused) as told:
            commands.change_line(plan, ChangedLine(source, cell, amount), reason=reason, base_version=1, by=ANALYST)
        return [problem.value or problem.code for problem in told.value.problems]

    assert change("beta-niger", "mli-fsc", 100)[0] == "not admitted: beta-niger -> mli-fsc"
    assert change("libre", "mli-fsc", 9_000_000_000) == ["overspent: libre", "overfilled: mli-fsc"]
    assert change("personne", "mli-fsc", 5) == ["line personne -> mli-fsc: 5"]
    assert change("libre", "mli-fsc", 0, reason="  ") == ["reason-needed"]


def test_two_people_who_change_one_plan_are_told_and_nothing_is_written_over(plan: Scenario) -> None:
    commands.change_line(plan, ChangedLine("beta-niger", "ner-fsc", 0), reason="x", base_version=1, by=ANALYST)

    with pytest.raises(Conflict):
        commands.change_line(plan, ChangedLine("libre", "mli-fsc", 0), reason="y", base_version=1, by=ANALYST)
    assert len(queries.line_changes(plan)) == 1


def test_a_change_taken_back_brings_the_plan_back(plan: Scenario) -> None:
    before = queries.overview_of(plan)
    row = commands.change_line(plan, ChangedLine("beta-niger", "ner-fsc", 0), reason="x", base_version=1, by=ANALYST)

    assert commands.take_back_change(plan, row.pk, base_version=2, by=ANALYST)
    plan.refresh_from_db()
    assert queries.overview_of(plan)["people"] == before["people"]


def test_a_round_is_endorsed_once_every_state_has_spoken_and_changes_no_more(made: Round, plan: Scenario) -> None:
    proposed = forward(made, plan)
    assert refusal(lambda: commands.endorse(proposed, base_version=proposed.version, by=ANALYST)) == ["position-missing"]

    everyone_speaks(proposed, plan)
    done = commands.endorse(proposed, base_version=proposed.version, by=ANALYST)

    assert done.status == "endorsed"
    assert refusal(lambda: commands.change_line(plan, ChangedLine("libre", "mli-fsc", 0), reason="x", base_version=1, by=ANALYST)) == ["round-closed"]
    assert refusal(lambda: scenario_commands.add_scenario(made, title="x", changes=commands.Changes(), by=ANALYST)) == ["round-closed"]


def test_a_plan_without_a_valid_certificate_is_neither_put_forward_nor_endorsed(made: Round, plan: Scenario) -> None:
    proposed = forward(made, plan)
    everyone_speaks(proposed, plan)
    Scenario.objects.filter(pk=plan.pk).update(valid=False)

    assert refusal(lambda: commands.endorse(proposed, base_version=proposed.version, by=ANALYST)) == ["scenario-not-certified"]
    plan.refresh_from_db()
    assert refusal(lambda: forward(made, plan)) == ["scenario-not-certified"]


def test_reservations_alone_endorse_nothing_and_need_a_motive(made: Round, plan: Scenario) -> None:
    proposed = forward(made, plan)

    assert refusal(lambda: commands.take_position(proposed, state="NER", stance="reserves", motive="", scenario_version=1, by=NIGER)) == ["reason-needed"]
    everyone_speaks(proposed, plan, "reserves", "trop peu pour l'eau")
    assert refusal(lambda: commands.endorse(proposed, base_version=proposed.version, by=ANALYST)) == ["round-without-endorsement"]


def test_a_position_on_an_earlier_version_of_the_plan_counts_no_more(made: Round, plan: Scenario) -> None:
    proposed = forward(made, plan)
    everyone_speaks(proposed, plan)
    commands.change_line(plan, ChangedLine("beta-niger", "ner-fsc", 0), reason="x", base_version=1, by=ANALYST)
    plan.refresh_from_db()

    assert all(word.stale for word in queries.words_of_states(proposed, plan))
    assert refusal(lambda: commands.endorse(proposed, base_version=proposed.version, by=ANALYST)) == ["position-missing"]


def test_the_endorsed_plan_is_what_the_next_round_stays_near_to(made: Round, plan: Scenario) -> None:
    proposed = forward(made, plan)
    everyone_speaks(proposed, plan)
    done = commands.endorse(proposed, base_version=proposed.version, by=ANALYST)

    following = solved(round_of(asked(), title="Tour suivant", previous=done))

    endorsed = queries.plan_as_it_stands(plan).by_cell()
    assert dict(queries.question_for(following.round, following).previous) == endorsed
    assert [stage["name"] for stage in queries.answer_of(following)["stages"]][-1] == "least-change"
    assert queries.plan_as_it_stands(following).by_cell() == pytest.approx(endorsed, rel=1e-6)


def test_a_scenario_asked_to_stop_keeps_no_answer_and_can_be_asked_again(made: Round) -> None:
    waiting = queries.scenarios(made)[0]
    scenario_commands.ask_to_stop(waiting, by=ANALYST)

    assert solved(made).status == "cancelled"
    assert scenario_commands.ask_again(waiting, by=ANALYST)
    assert solved(made).status == "solved"


def test_work_that_is_asked_to_stop_midway_stops(made: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    going_on = scenario_commands.mark_progress

    def stop_then(scenario: Scenario, **told: object) -> bool:
        scenario_commands.ask_to_stop(scenario, by=ANALYST)
        return going_on(scenario, **told)  # type: ignore[arg-type]

    monkeypatch.setattr(scenario_commands, "mark_progress", stop_then)
    assert solved(made).status == "cancelled"


def test_a_second_worker_leaves_a_scenario_that_is_being_solved_alone(made: Round) -> None:
    waiting = queries.scenarios(made)[0]

    assert scenario_commands.take_up(waiting, step="solving")
    assert not scenario_commands.take_up(waiting, step="solving")


def test_a_what_if_stores_nothing_and_answers_from_where_the_scenario_stands(made: Round, plan: Scenario) -> None:
    tried = solving.tried(made, plan, WhatIf("softer", "alpha-eau-niger"))
    unknown = solving.tried(made, plan, WhatIf("softer", "personne"))

    assert tried.people_more > 0 and tried.after.certificate.valid
    assert [problem.code for problem in unknown.problems] == ["what-if-unknown"]
    assert len(queries.scenarios(made)) == 1


def test_the_donor_and_the_secretariat_read_the_value_of_flexibility_first(plan: Scenario) -> None:
    told = valued(plan)
    donor = Mandate("u-alpha", Role.DONOR, organisation="alpha")

    def read(*mandates: Mandate, days: int = 0) -> set[str]:
        lines, _waiting = queries.flexibility_lines(mandates, told, now=(told.valued_at or plan.made_at) + timedelta(days=days))
        return {line["donor"] for line in lines}

    assert read(ANALYST) == {"alpha", "beta"}
    assert read(donor) == {"alpha"}
    assert read(NIGER) == set()
    assert read(NIGER, days=14) == {"alpha", "beta"}

    commands.reply(told, donor="beta", text="Nous y travaillons.", by=replace(donor, organisation="beta"))
    assert read(NIGER) == {"beta"}


def test_softer_money_that_is_stuck_would_assist_more_people_with_its_interval(plan: Scenario) -> None:
    lines, _waiting = queries.flexibility_lines([ANALYST], valued(plan), now=plan.made_at)

    stuck = next(line for line in lines if line["donor"] == "alpha")
    assert stuck["step"][0] > 0 and stuck["step"][1] >= stuck["step"][0]
    assert stuck["softer"] == {"states": ["NER"]}
    assert stuck["months"] is not None


def test_every_act_leaves_a_line_in_the_journal_without_free_words(made: Round, plan: Scenario) -> None:
    commands.state_constraint(made, Constraint("NER", "FSC"), question=queries.question_for(made, plan), motive="secret-mark", stated_on=ON, by=NIGER)
    commands.change_line(plan, ChangedLine("beta-niger", "ner-fsc", 0), reason="secret-mark", base_version=1, by=ANALYST)

    acts = list(JournalLine.objects.filter(act__startswith="allocation.").values_list("act", "chain", "facts"))
    assert {act for act, _chain, _facts in acts} >= {"allocation.round-made", "allocation.scenario-solved", "allocation.constraint-stated", "allocation.line-changed"}
    assert ("allocation.constraint-stated", "NER") in {(act, chain) for act, chain, _facts in acts}
    assert not any(b"secret-mark" in bytes(facts) for *_names, facts in acts)
