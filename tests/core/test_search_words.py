"""Words that people type meet words that rows say: plurals, accents, elisions, codes; and no more than that."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.search_words import (
    LONGEST_QUERY,
    LONGEST_WORD,
    MOST_WANTED,
    Wanted,
    exact_forms,
    stem_forms,
    stems,
    whole_form,
    words,
)

UNIFIED = [
    ("enfant", "enfants"), ("animal", "animaux"), ("hôpital", "hôpitaux"), ("hopital", "hôpitaux"), ("vaccin", "vaccination"), ("vacciné", "vaccins"),
    ("maladie", "maladies"), ("distribution", "distributions"), ("distribuer", "distribution"), ("réfugiés", "refugies"), ("réfugiées", "refugiees"),
    ("déplacée", "déplacés"), ("deplaces", "déplacés"), ("école", "ECOLES"), ("éducation", "education"), ("l'eau", "eau"), ("d’urgence", "urgences"),
    ("qu'enfants", "enfant"), ("jusqu'hôpital", "hôpital"), ("santé", "SANTE"), ("forage", "forages"), ("latrines", "latrine"), ("Nguigmi", "N'Guigmi"),
    ("œuvre", "oeuvres"), ("abri", "abris"), ("cantine scolaire", "cantines scolaires"), ("O.I.M.", "OIM"), ("ner004", "NER004"),
]  # fmt: skip
APART = [
    ("Niger", "Nigeria"), ("mil", "mille"), ("eau", "beau"), ("Mali", "Malawi"), ("NER004", "NER005"), ("NE04", "NE4"), ("vaccin", "vache"), ("ration", "rations2"),
    ("abri", "avril"), ("5W", "4W"),
]  # fmt: skip


def forms(text: str) -> set[str]:
    """Every form under which a text may be found."""
    return {*exact_forms([text], most=99).split(), *stem_forms([text], most=99).split()}


def finds(wanted: str, text: str) -> bool:
    """Whether every word looked for is in the text, exactly or by a stem."""
    held = forms(text)
    return all({word.exact, *word.others} & held for word in Wanted.of(wanted).words)


@pytest.mark.parametrize(("one", "other"), UNIFIED)
def test_words_of_the_field_that_mean_the_same_find_each_other(one: str, other: str) -> None:
    assert finds(one, other)
    assert finds(other, one)


@pytest.mark.parametrize(("one", "other"), APART)
def test_words_that_mean_different_things_stay_apart(one: str, other: str) -> None:
    assert not finds(one, other)
    assert not finds(other, one)


@pytest.mark.parametrize("written", ["N'Guigmi", "N’Guigmi", "n guigmi", "NGUIGMI", "N-Guigmi"])
def test_a_name_is_one_whole_however_it_is_parted(written: str) -> None:
    assert whole_form(written) == "xxnguigmi"


@pytest.mark.parametrize("apostrophe", "'’‘ʼ′`´")
def test_every_apostrophe_cuts_an_elided_article(apostrophe: str) -> None:
    assert exact_forms([f"l{apostrophe}hôpital"], most=9).split()[0] == "hopital"


def test_stop_words_count_only_when_nothing_else_is_there() -> None:
    assert [word.exact for word in Wanted.of("la santé des enfants").words] == ["sante", "enfants"]
    assert [word.exact for word in Wanted.of("de la").words] == ["de", "la"]


@pytest.mark.parametrize(("typed", "goes_on"), [("dif", True), ("dif ", False), ("santé dif", True), ("diffa de", False), ("", False), ("O.I.M.", False)])
def test_the_last_word_goes_on_until_a_blank_closes_it(typed: str, goes_on: bool) -> None:
    assert Wanted.of(typed).goes_on is goes_on


@given(st.text())
def test_any_text_is_read_the_same_composed_and_decomposed(text: str) -> None:
    assert exact_forms([unicodedata.normalize("NFC", text)], most=50) == exact_forms([unicodedata.normalize("NFD", text)], most=50)
    assert stem_forms([unicodedata.normalize("NFC", text)], most=50) == stem_forms([unicodedata.normalize("NFD", text)], most=50)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_every_form_is_plain_letters_and_digits_of_bounded_length(text: str) -> None:
    for form in (*exact_forms([text], most=50).split(), *stem_forms([text], most=50).split()):
        assert form.isascii() and form.isalnum() and form == form.lower()


@given(st.text(alphabet="abcdéèêàçœ'’- .ABÉ012", max_size=80))
def test_case_never_matters(text: str) -> None:
    assert forms(text) == forms(text.upper())


@given(st.lists(st.sampled_from([word for pair in UNIFIED for word in pair]), min_size=1, max_size=6))
def test_a_text_is_found_by_any_of_its_own_words(taken: list[str]) -> None:
    assert all(finds(word, " ".join(taken)) for word in taken)


@given(st.text(max_size=2 * LONGEST_QUERY))
def test_a_query_is_bounded_whatever_is_typed(typed: str) -> None:
    wanted = Wanted.of(typed)

    assert len(wanted.words) <= MOST_WANTED
    assert all(len(word.exact) <= 4 * LONGEST_WORD for word in wanted.words)


@given(st.text())
def test_words_stand_where_they_are_said_to_stand(text: str) -> None:
    places = [(word.start, word.end) for word in words(text)]

    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in places)


def test_a_code_is_never_stemmed() -> None:
    assert stems("ner004s") == ("ner004s",)


@pytest.mark.parametrize("typed", ["'\"*()^-:", "\0\0", "\u202e\u200f", "🙂🙂", "AND OR NOT", "titles:", "x" * 200_000, "'" * 200_000, "a'" * 100_000])
def test_hostile_queries_are_read_without_failing(typed: str) -> None:
    wanted = Wanted.of(typed)

    assert all(word.exact.isascii() and word.exact.isalnum() for word in wanted.words)
