"""Finding by words: the best first, the same on both engines, and never a row, a count or a suggestion beyond what the reader may see."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access_plants import HOLDERS, STATE_ROLES, STATES
from access_steps import browser_of, person
from activity_samples import MALI, NIGER, activity, organisation, stored_import
from concertation.apps.organisations.commands import add_spelling
from concertation.apps.presence.entry.commands import WITHDRAWALS, withdraw_activity
from concertation.apps.presence.models import Activity
from concertation.apps.search import commands, matching, queries, words_index
from concertation.apps.search.addresses import ADDRESSES, address_of
from concertation.apps.search.guards import words_of, words_open_to
from concertation.apps.search.kinds import KINDS, Kind, Thing, offer, whole
from concertation.apps.search.matching import Way
from concertation.apps.search.models import SearchEntry
from concertation.apps.sources.commands import close_run_further, finish_run, restore_run, withdraw_run
from concertation.apps.sources.models import ImportRun, Source
from concertation.core.search_words import Wanted
from concertation.core.sharing import Mandate, Role, Sensitivity, visibility_of
from concertation.site import reference
from concertation.site.refusals import LONGEST_QUESTION

pytestmark = pytest.mark.django_db
A_THING = "00000000-0000-0000-0000-000000000000"
CARE_IN_NIGER = Mandate("u-care", Role.REPORTER, state="NER", organisation="care")
HOSTILE = [
    "x" * 200_000, "'" * 200_000, "a " * 100_000, '"', '""', "' OR 1=1 --", 'titles : "xxniger"', "NEAR(a b)", "a* b* *", "^a", "-a +b", "a AND OR NOT", "(((", "{titles} : a", "a & b | !c",
    "a:*ABCD", "\0", "a\0b", "\u202eregin\u202c", "🙂", "\ud83d", "?!.,;", "'", "’", "l'", "%", "_", "\\", "<script>alert(1)</script>", "Ω", "النيجر", "ⵣ",
]  # fmt: skip


@pytest.fixture(autouse=True)
def reference_set(settings: Any) -> None:
    """Places, organisations and sources of the reference set; nothing is sent to a worker."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    reference.load_if_changed()


@pytest.fixture
def made_anew() -> Callable[[], None]:
    """Bring what can be found up to the rows, as the worker does."""
    return lambda: [commands.refresh(chain) for chain in ("AES", *STATES)] and None


def said(run: ImportRun, text: str, *, sector: str = "FSC", unit: str = "ner-1-diffa") -> Activity:
    """An activity that says something."""
    row = activity(run, None, unit, sector=sector, written="Organisation synthétique")
    row.activity = text
    row.save()
    return row


def titles(mandates: tuple[Mandate, ...], words: str, **narrowed: Any) -> list[str]:
    """What is found, by title, in order."""
    results = queries.search(mandates, words, **narrowed)
    return [each.title_fr for group in results.groups for each in group.found]


def test_a_place_is_found_by_its_name_its_code_and_its_beginning_the_widest_first(made_anew: Callable[[], None]) -> None:
    made_anew()

    for words in ("tillabéri", "TILLABERI", "NER006", "tillab"):
        [group] = [each for each in queries.search((), words).groups if each.kind.code == "place"]
        assert (group.found[0].title_fr, group.found[0].context_fr) == ("Tillabéri", "région · Niger"), words


def test_an_apostrophe_keeps_nobody_from_a_place(made_anew: Callable[[], None]) -> None:
    made_anew()

    assert [titles((), words, kind="place")[0] for words in ("N'Guigmi", "n’guigmi", "nguigmi", "N Guigmi", "NGUIGMI")] == ["N'Guigmi"] * 5


def test_an_organisation_is_found_by_acronym_by_name_in_either_language_and_by_words_of_it(made_anew: Callable[[], None]) -> None:
    made_anew()

    assert [titles((), words, kind="organisation")[0] for words in ("unicef", "U.N.I.C.E.F.", "fonds des nations unies pour l'enfance", "united nations children's fund", "enfances")] == ["UNICEF"] * 5


def test_what_is_exact_comes_before_what_only_shares_a_stem_and_that_before_a_beginning(made_anew: Callable[[], None]) -> None:
    run = stored_import("NER", sensitivity="public")
    for text in ("Distribuer des vivres", "Distributions de vivres", "Distribution de vivres", "Distributionnelle"):
        said(run, text)
    made_anew()

    [group] = queries.search((), "distribution").groups

    assert [(each.title_fr, each.way) for each in group.found] == [
        ("Distribution de vivres", Way.EXACT_WORDS), ("Distribuer des vivres", Way.STEMS), ("Distributions de vivres", Way.STEMS), ("Distributionnelle", Way.BEGINNING),
    ]  # fmt: skip


def test_a_smaller_limit_gives_the_beginning_of_the_same_list(made_anew: Callable[[], None]) -> None:
    run = stored_import("NER", sensitivity="public")
    for at in range(3):
        for text in ("Distribuer des vivres", "Distributions de vivres", "Distribution de vivres", "Distributionnelle de vivres", "Vivres"):
            said(run, f"{text} {'à' * at}")
    made_anew()
    open_to, ranges = words_open_to(visibility_of(())), [(0, 2**62)]

    for words in ("distribution", "distributions de vivres", "distrib", "vivres distribuer", "vivr"):
        wanted = Wanted.of(words)
        lists = [list(matching.best(wanted, open_to=open_to, facets=(), ranges=ranges, most=most).items()) for most in range(1, 17)]
        assert lists[-1] and all(held == lists[-1][: len(held)] and len(held) == min(most, len(lists[-1])) for most, held in enumerate(lists, start=1)), words


def test_plurals_accents_and_elisions_find_each_other(made_anew: Callable[[], None]) -> None:
    pairs = {"enfant": "Des enfants", "animaux": "Un animal", "hopital": "Les hôpitaux", "vaccins": "Vaccination", "refugiees": "Réfugiées", "l'eau": "Eau potable"}
    run = stored_import("NER", sensitivity="public")
    for text in pairs.values():
        said(run, text)
    made_anew()

    assert {words: titles((), words, kind="activity") for words in pairs} == {words: [text] for words, text in pairs.items()}


def test_every_word_must_be_there_and_the_place_and_organisation_of_a_row_count_as_its_words(made_anew: Callable[[], None]) -> None:
    run = stored_import("NER", sensitivity="public")
    said(run, "Forages synthétiques", unit="ner-1-diffa")
    said(run, "Forages synthétiques", unit="ner-1-maradi")
    made_anew()

    found = [queries.search((), words).count for words in ("forage", "forage diffa", "forage organisation synthétique", "forages niger", "forage zinder")]

    assert found == [2, 1, 2, 2, 0]


def test_a_restricted_sector_or_none_is_found_by_the_states_readers_and_the_holder_alone(made_anew: Callable[[], None]) -> None:
    run = stored_import("NER", sensitivity="public")
    ImportRun.objects.filter(pk=run.pk).update(holder="care")
    run.refresh_from_db()
    for sector in ("PRO", ""):
        said(run, f"Mot unique quelconque {sector}", sector=sector)
    made_anew()

    seen = {str(each): queries.search((each,), "quelconque").count for each in (NIGER, MALI, CARE_IN_NIGER, Mandate("u", Role.DONOR, organisation="beta"))}

    assert queries.search((), "quelconque").count == 0
    assert seen == {"data-manager:NER": 2, "data-manager:MLI": 0, "reporter:NER:care": 2, "donor:beta": 0}
    assert [len(queries.suggestions(held, "quelconq")) for held in ((), (NIGER,), (MALI,))] == [0, 2, 0]


def every_reader() -> Iterator[tuple[Mandate, ...]]:
    """Nobody, every role for a State, and organisations in one State or all."""
    yield ()
    yield from ((Mandate("u", role, state=state),) for role in STATE_ROLES for state in STATES)
    yield from ((Mandate("u", Role.REPORTER, state=state, organisation=held),) for state in ("", "NER", "MLI") for held in ("alpha", "government"))
    yield (Mandate("u", Role.READER, state="NER"), Mandate("u", Role.DONOR, organisation="alpha"))


def test_the_words_of_the_index_say_the_rule_of_reading_once_more() -> None:
    grid = [
        Thing(f"{state}-{holder}-{level}-{own}", state, holder, level.value, "", "", "/", "", own_readers_only=own)
        for state in STATES for holder in HOLDERS for level in Sensitivity for own in (False, True)
    ]  # fmt: skip
    kind = Kind("synthetic", 30, "synthetic", frozenset(), lambda chain: {}, lambda chain, keys: ())
    SearchEntry.objects.all().delete()
    SearchEntry.objects.bulk_create(commands.entry(kind, thing, chain="", stamp="", at=number) for number, thing in enumerate(grid, start=1))

    for held in every_reader():
        open_to = [set(group) for group in words_open_to(visibility_of(held))]
        by_words = {thing.key for thing in grid if any(group <= set(words_of(thing).split()) for group in open_to)}
        assert by_words == set(queries.visible_entries(held).values_list("key", flat=True)), held


def test_counts_and_choices_tell_only_of_what_the_reader_may_see(made_anew: Callable[[], None]) -> None:
    for state, level in (("NER", "public"), ("NER", "confidential"), ("MLI", "confidential"), ("MLI", "strict"), ("NER", "restricted")):
        said(stored_import(state, sensitivity=level), "Sujet planté", unit="ner-1-diffa" if state == "NER" else "mli-1-mopti")
    made_anew()

    found = {str(held[0]) if held else "": queries.search(held, "planté") for held in ((), (NIGER,), (MALI,))}

    assert {who: (results.count, results.states) for who, results in found.items()} == {
        "": (1, {"NER": 1}), "data-manager:NER": (3, {"NER": 3}), "data-manager:MLI": (4, {"MLI": 2, "NER": 2}),
    }


def test_rows_of_an_import_that_was_closed_or_withdrawn_are_gone_from_that_moment(made_anew: Callable[[], None]) -> None:
    run = stored_import("NER", sensitivity="public")
    said(run, "Sujet planté")
    made_anew()
    assert queries.search((), "planté").count == 1

    close_run_further(run, level=Sensitivity.CONFIDENTIAL, rows=1, by=NIGER)
    at_once = queries.search((), "planté").count
    Activity.objects.filter(import_run=run).update(sensitivity="confidential", version=2)
    made_anew()
    closed = [queries.search(held, "planté").count for held in ((), (NIGER,))]
    withdraw_run(run, reason="error", by=NIGER)
    withdrawn = queries.search((NIGER,), "planté").count
    made_anew()
    restore_run(run, by=NIGER)
    made_anew()

    assert (at_once, closed, withdrawn, queries.search((NIGER,), "planté").count) == (0, [0, 1], 0, 1)


def test_rows_of_a_file_that_a_corrected_one_replaces_are_gone_when_that_one_counts(made_anew: Callable[[], None]) -> None:
    old, new = stored_import("NER", sensitivity="public"), stored_import("NER", sensitivity="confidential")
    said(old, "Sujet planté")
    made_anew()
    ImportRun.objects.filter(pk=new.pk).update(status="writing", replaces=old)
    new.refresh_from_db()

    finish_run(new, source=Source.objects.create(id="planted", title="Planté", publisher="synthetic"), by=NIGER)
    at_once = queries.search((), "sujet planté").count
    made_anew()

    assert (at_once, queries.search((NIGER,), "sujet planté").count) == (0, 0)


def test_a_row_its_holder_withdrew_or_corrected_is_gone_until_the_index_followed(made_anew: Callable[[], None]) -> None:
    run = stored_import("NER", sensitivity="public")
    row, other = said(run, "Sujet planté"), said(run, "Sujet planté aussi")
    made_anew()

    withdraw_activity(row, reason=next(iter(WITHDRAWALS)), base_version=1, by=NIGER)
    at_once = titles((), "planté")
    made_anew()

    assert (at_once, titles((), "planté"), titles((NIGER,), "planté")) == ([other.activity],) * 3


def test_rows_of_an_import_under_way_or_read_twice_are_not_found(made_anew: Callable[[], None]) -> None:
    run = stored_import("NER", sensitivity="public")
    first, twin = said(run, "Sujet planté"), said(run, "Sujet planté")
    Activity.objects.filter(pk=twin.pk).update(identical_to_row=first.row)
    said(other := stored_import("NER", sensitivity="public"), "Sujet planté")
    ImportRun.objects.filter(pk=other.pk).update(status="writing")
    made_anew()

    assert queries.search((NIGER,), "planté").count == 1


def test_spellings_met_in_files_find_an_organisation_for_readers_with_a_mandate_alone(made_anew: Callable[[], None]) -> None:
    known = organisation("Secours Synthétique")
    add_spelling(known.pk, "Graphie Fautive", by=NIGER)
    made_anew()

    assert titles((), "graphie fautive") == []
    assert titles((MALI,), "graphie fautive") == ["Secours Synthétique"]
    assert titles((MALI,), "secours synthétique", kind="organisation") == ["Secours Synthétique"]


def test_a_source_is_found_by_those_who_may_see_its_import_or_its_rows(made_anew: Callable[[], None]) -> None:
    for number, (level, share) in enumerate((("confidential", "confidential"), ("confidential", "restricted"), ("strict", "strict"))):
        run = stored_import("NER", sensitivity=share)
        source = Source.objects.create(id=f"planted-{number}", title=f"Classeur planté {number}", publisher="synthetic")
        ImportRun.objects.filter(pk=run.pk).update(source=source, sensitivity=level)
    made_anew()

    reader = Mandate("u", Role.READER, state="NER")
    ImportRun.objects.filter(pk=stored_import("NER", sensitivity="restricted").pk).update(source="planted-1", sensitivity="confidential")  # a second one, with the same readers
    made_anew()
    assert [titles(held, "classeur planté") for held in ((), (MALI,), (reader,), (NIGER,))] == [
        [], ["Classeur planté 1"], ["Classeur planté 0", "Classeur planté 1"], [f"Classeur planté {number}" for number in range(3)],
    ]
    close_run_further(run, level=Sensitivity.STRICT, rows=0, by=NIGER)
    assert titles((MALI,), "classeur planté") == []


def test_a_refresh_writes_only_what_changed_and_the_rows_prove_it_equal(made_anew: Callable[[], None]) -> None:
    run = stored_import("NER", sensitivity="public")
    rows = [said(run, f"Sujet {number}") for number in range(5)]
    made_anew()
    assert (commands.refresh("NER"), commands.differences("AES"), commands.is_whole()) == (0, 0, True)

    Activity.objects.filter(pk=rows[0].pk).update(activity="Autre objet", version=2)
    rows[1].delete()

    assert commands.differences("NER") == 2
    assert commands.refresh("NER") == 2
    assert (commands.differences("NER"), titles((), "autre objet"), titles((), "sujet 1")) == (0, ["Autre objet"], [])


def test_a_refresh_of_many_joins_the_pieces_of_the_index_and_what_is_found_stays(made_anew: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MANY", 10**9)
    monkeypatch.setattr(words_index, "PAGES_JOINED", 1)
    made_anew()
    pieces = "SELECT count(DISTINCT segid) FROM search_words_idx" if connection.vendor == "sqlite" else "SELECT 1"

    def written() -> tuple[int, list[str]]:
        with connection.cursor() as cursor:
            cursor.execute(pieces)
            return cursor.fetchone()[0], titles((), "tillab")

    for name in ("Diffa", "Zinder", "Agadez"):
        SearchEntry.objects.filter(kind="place", title_fr=name).delete()
        made_anew()
    before, found = written()
    monkeypatch.setattr(commands, "MANY", 1)
    SearchEntry.objects.filter(kind="place", title_fr="Maradi").delete()
    made_anew()

    assert found and written() == (1, found)
    assert before > 1 or connection.vendor != "sqlite"
    assert commands.is_whole() and titles((), "diffa", kind="place")



def test_the_index_is_filled_anew_when_a_rebuilt_table_had_lost_its_triggers(made_anew: Callable[[], None]) -> None:
    made_anew()
    lost = "DROP TRIGGER search_words_gone" if connection.vendor == "sqlite" else "DROP INDEX search_words"
    with connection.cursor() as cursor:
        cursor.execute(lost)
    SearchEntry.objects.filter(kind="place").exclude(title_fr="Diffa").delete()
    assert not words_index.is_installed(connection)

    words_index.install(connection)

    assert words_index.is_installed(connection) and words_index.is_sound(connection)
    assert {*titles((), "diffa", kind="place")} == {"Diffa"} and titles((), "tillabéri", kind="place") == []


def test_an_act_about_a_subject_asks_for_a_refresh_and_an_act_of_accounts_does_not(
    settings: Any, django_capture_on_commit_callbacks: Any, made_anew: Callable[[], None],
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}
    made_anew()
    known = organisation("Secours Synthétique")
    assert queries.stale_chains() == []

    with django_capture_on_commit_callbacks(execute=True) as followed:
        add_spelling(known.pk, "Autre Graphie", by=NIGER)
    with django_capture_on_commit_callbacks(execute=True) as of_accounts:
        person("somebody", (Role.READER, "NER"))

    assert len(followed) >= 1 and not of_accounts
    assert titles((NIGER,), "autre graphie") == ["Secours Synthétique"] and not queries.is_behind()


def test_a_kind_is_offered_in_a_few_lines_and_no_two_stand_at_one_place(made_anew: Callable[[], None]) -> None:
    lessons = [Thing("1", "AES", "", "public", "Leçon synthétique", "Synthetic lesson", "/", "lecon synthetique", texts=("Leçon synthétique",))]

    offer(Kind("planted", 31, "Leçons", frozenset({"lessons"}), **whole(lambda: lessons)))
    try:
        made_anew()
        assert titles((), "leçons", kind="planted") == ["Leçon synthétique"]
        with pytest.raises(ValueError, match="taken"):
            offer(Kind("other", 31, "Autres", frozenset(), **whole(lambda: ())))
    finally:
        del KINDS["planted"]


def test_a_misspelt_name_is_offered_only_from_names_the_reader_may_see(made_anew: Callable[[], None]) -> None:
    organisation("Zorglubine", sensitivity="confidential")
    made_anew()

    assert queries.alike((), "tilaberri") == ["Tillabéri"]
    assert "Zorglubine" not in queries.alike((), "zorglubin")


def test_no_words_make_the_pages_fail(client: Client, made_anew: Callable[[], None]) -> None:
    made_anew()

    for path in ("/search/", "/search/suggestions/"):
        for words in (each.encode("utf-8", "replace").decode() for each in HOSTILE):
            question = urlencode({"q": words, "kind": words[:50], "page": words[:9], "state": "'", "sector": "\0"})
            wanted = 414 if len(question) > LONGEST_QUESTION else 200
            answer = client.get(f"{path}?{question}")
            assert (answer.status_code, b"<script>alert" in answer.content) == (wanted, False), (path, words[:40])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet="aàbcdeéfginorstuxzœ019'’- .e", min_size=1, max_size=60))
def test_every_word_of_a_text_finds_it_on_either_engine(text: str) -> None:
    kind = Kind("synthetic", 30, "synthetic", frozenset(), lambda chain: {}, lambda chain, keys: ())
    SearchEntry.objects.filter(kind="synthetic").delete()
    thing = Thing("1", "AES", "", "public", text, text, "/", "", texts=(text,))
    made = commands.entry(kind, thing, chain="", stamp="", at=(30 << queries.BELOW_KIND) + 1)
    made.save(force_insert=True)
    try:
        offer(kind)
        for form in made.exact_text.split():
            assert titles((), f"{form} ", kind="synthetic") == [text]
    finally:
        KINDS.pop("synthetic", None)


def test_the_number_of_queries_is_the_same_however_much_is_found(made_anew: Callable[[], None]) -> None:
    run = stored_import("NER", sensitivity="public")
    said(run, "Sujet planté")
    made_anew()
    manager = browser_of(person("manager", (Role.DATA_MANAGER, "NER")))

    def queries_made(path: str) -> int:
        manager.get(path)
        with CaptureQueriesContext(connection) as made:
            assert manager.get(path).status_code == 200
        return len(made)

    few = [queries_made(path) for path in ("/search/?q=planté", "/search/suggestions/?q=planté")]
    for number in range(250):
        said(run, f"Sujet planté {number}")
    made_anew()

    assert [queries_made(path) for path in ("/search/?q=planté", "/search/suggestions/?q=planté")] == few
    assert max(few) <= 12


def test_the_page_groups_by_kind_narrows_and_pages(client: Client, made_anew: Callable[[], None]) -> None:
    run = stored_import("NER", sensitivity="public")
    for number in range(250):
        said(run, f"Diffa sujet {number}", sector="FSC" if number % 2 else "WSH")
    made_anew()

    grouped = client.get("/search/?q=diffa").content.decode()
    paged = client.get("/search/?q=diffa&kind=activity&page=999").content.decode()
    narrowed = client.get("/search/?q=diffa&kind=activity&sector=FSC").content.decode()

    assert grouped.index("<h2>Lieux") < grouped.index("<h2>Activités")
    assert "plus de 200" in grouped and 'href="?q=diffa&amp;kind=activity"' in grouped
    assert "lignes 181 à 200 sur 200" in paged
    assert "lignes 1 à 20 sur 125" in narrowed and "<mark>Diffa</mark>" in narrowed


def test_the_page_answers_in_both_languages_found_or_not(client: Client, made_anew: Callable[[], None]) -> None:
    made_anew()

    assert "64 résultats" in client.get("/search/?q=til&lang=fr").content.decode()
    assert "Did you mean" in client.get("/search/?q=tilaberri&lang=en").content.decode()
    assert "What are you looking for?" in client.get("/search/?lang=en").content.decode()
    assert "At least one letter" in client.get("/search/?q=%3F&lang=en").content.decode()


def test_suggestions_are_links_with_words_for_who_cannot_see_them(client: Client, made_anew: Callable[[], None]) -> None:
    made_anew()

    offered = client.get("/search/suggestions/?q=tillab&lang=fr").content.decode()

    assert 'role="option"' in offered and '/units/ner-1-tillaberi/"' in offered and 'data-told="8 propositions' in offered
    assert client.get("/search/suggestions/?q=t").content.strip() == b""


def test_the_newest_reported_activities_come_first(made_anew: Callable[[], None]) -> None:
    old, new = stored_import("NER", sensitivity="public"), stored_import("NER", sensitivity="public")
    said(old, "Sujet planté ancien")
    Activity.objects.filter(pk=said(new, "Sujet planté récent").pk).update(period_end=date(2024, 5, 31))
    made_anew()

    assert titles((), "planté") == ["Sujet planté récent", "Sujet planté ancien"]


def test_the_index_is_filled_without_loading_the_pages(made_anew: Callable[[], None], settings: Any) -> None:
    settings.ROOT_URLCONF = "concertation.there_are_no_pages"
    made_anew()
    assert SearchEntry.objects.filter(kind="place", address="/units/ner-1-diffa/").exists()


def test_addresses_told_without_the_pages_are_theirs() -> None:
    assert {name: address_of(name, A_THING) for name in ADDRESSES} == {name: reverse(name, args=[A_THING]) for name in ADDRESSES}
