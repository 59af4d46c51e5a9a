"""Tags say what columns hold, both ways; files are recognised by what they hold."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.problems import column_letter
from concertation.formats.delimited import read_delimited
from concertation.formats.hxl import FIELD_TAGS, Tag, field_of_tag, fields_of_tags, parse_tag, tag_of_field
from concertation.formats.limits import LIMITS
from concertation.formats.recognise import recognise
from concertation.formats.tabular import read_file

word = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)


@given(hashtag=word, attributes=st.frozensets(word, max_size=4))
def test_a_tag_written_and_parsed_is_the_same_tag(hashtag: str, attributes: frozenset[str]) -> None:
    tag = Tag(hashtag, attributes)

    assert parse_tag(str(tag)) == tag


@given(st.text(max_size=30))
def test_no_text_makes_parsing_a_tag_raise(text: str) -> None:
    assert parse_tag(text) is None or text.strip().startswith("#")


def test_case_blanks_and_order_of_attributes_mean_nothing() -> None:
    assert parse_tag(" #ADM1 +Name+f ") == parse_tag("#adm1+F +name") == Tag("adm1", frozenset({"f", "name"}))


@pytest.mark.parametrize("field", sorted(FIELD_TAGS))
def test_every_field_comes_back_from_its_own_tag(field: str) -> None:
    tag = tag_of_field(field)

    assert tag is not None and field_of_tag(tag) == field


@pytest.mark.parametrize("field", ["reached_f", "reached_m_adults", "targeted_f_children", "beneficiaries_elderly", "reached_disability", "targeted_infants"])
def test_people_by_sex_age_and_disability_come_back_from_their_tags(field: str) -> None:
    tag = tag_of_field(field)

    assert tag is not None and field_of_tag(tag) == field


@pytest.mark.parametrize(
    ("tag", "field"),
    [
        ("#org", "org_name"),
        ("#org+prog+name", "org_name"),
        ("#org+acronym", "org_acronym"),
        ("#org+impl+type", "org_type"),
        ("#org+partner", "implementer"),
        ("#org+funding", "donors"),
        ("#sector+cluster+name", "sector"),
        ("#activity+project+status", "status"),
        ("#activity+project+type", None),
        ("#adm1+name+origin", None),
        ("#adm2 +code", "adm2_code"),
        ("#loc+name", "place_name"),
        ("#date+occurred", None),
        ("#date", "period"),
        ("#reached+f+adult", "reached_f_adults"),
        ("#beneficiary", "beneficiaries"),
        ("#value+usd", "amount"),
        ("#contact+email", "contact"),
        ("#affected+idps+ind", None),
        ("Colonne7", None),
    ],
)
def test_the_tags_met_in_the_field_mean_these_fields(tag: str, field: str | None) -> None:
    assert field_of_tag(tag) == field


def test_beneficiaries_are_never_reached_people() -> None:
    assert field_of_tag("#beneficiary+f") == "beneficiaries_f"


def test_an_implementing_partner_beside_an_organisation_stays_a_partner() -> None:
    assert fields_of_tags({"A": "#org+name", "B": "#org+impl+name"}) == {"A": "org_name", "B": "implementer"}


def test_a_field_tagged_twice_goes_to_its_first_column() -> None:
    assert fields_of_tags({"A": "#adm1+name", "B": "#adm1+name"}) == {"A": "adm1_name"}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("presence/bfa_5w_2022-02_nocontact.xlsx", "presence-5w"),
        ("presence/mli_5w_2022-03.xlsx", "presence-5w"),
        ("presence/ner_3w_2022-02_redacted.xlsx", "presence-5w"),
        ("displacement/mli_iom_dtm_baseline_r72.xlsx", "dtm-baseline"),
        ("displacement/unhcr_population_aes_togo.csv", "unhcr-population"),
        ("displacement/unhcr_flows_aes_togo.csv", "unknown"),
        ("displacement/unhcr_countries.csv", "unknown"),
        ("hapi/hdx_hapi_humanitarian_needs_global_2024.csv", "hapi-needs"),
        ("hapi/hdx_hapi_operational_presence_first_4000.csv", "hapi-presence"),
        ("hapi/hdx_hapi_organisations_global.csv", "unknown"),
        ("hapi/hpc_hno_2024.csv", "hpc-needs"),
        ("places/pcodes_4_countries.csv", "unknown"),
        ("funding/fts_requirements_funding_4_countries.csv", "fts-plans"),
    ],
)
def test_real_tables_are_recognised(shared: Path, path: str, kind: str) -> None:
    recognition = recognise(read_file(shared / path))

    assert recognition.kind == kind
    assert recognition.reasons


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("food_security/ch_admin2_2024_06_01_4_countries.json", "cadre-harmonise"),
        ("places/ibf/NER_adm2.json", "boundaries"),
        ("places/prism_rbd_unified.json", "boundaries"),
        ("hapi/hpc_responsemonitoring_1188.json", "unknown"),
    ],
)
def test_real_json_is_recognised(shared: Path, path: str, kind: str) -> None:
    assert recognise(json.loads((shared / path).read_text(encoding="utf-8"))).kind == kind


def csv_of(*headings: str) -> bytes:
    return (";".join(headings) + "\n" + ";".join("x" for _ in headings) + "\n").encode()


@pytest.mark.parametrize(
    "headings",
    [
        ("Nom Organisation", "Organisation Accronyme", "Type Organisation", "Cluster", "Region", "Cercle", "admin2Pcod"),
        ("NOM ORGANISATION (choisir dans la liste)", "ACCRONYME", "CLUSTER", "REGION", "DEPARTEMENT"),
        ("Nom de l'organisation", "Cluster", "Province", "Pcode1"),
        ("Partenaire", "Commune", "Nombre de bénéficiaires"),
    ],
)
def test_untagged_french_headings_are_recognised_as_presence(headings: tuple[str, ...]) -> None:
    assert recognise(read_delimited(csv_of(*headings), limits=LIMITS)).kind == "presence-5w"


def test_a_list_of_places_or_of_organisations_is_not_presence() -> None:
    assert recognise(read_delimited(csv_of("Région", "Province", "Commune"), limits=LIMITS)).kind == "unknown"
    assert recognise(read_delimited(csv_of("Organisation", "Sigle"), limits=LIMITS)).kind == "unknown"


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "DataList", "x"]), inner, max_size=3), max_leaves=8).filter(lambda value: isinstance(value, (list, dict))))
def test_no_json_makes_recognition_raise(document: list | dict) -> None:
    assert recognise(document).kind


def test_tags_give_letters_of_the_spreadsheet() -> None:
    tags = {column_letter(place): tag for place, tag in enumerate(["#org+name", "#sector", "#adm1+code"])}

    assert fields_of_tags(tags) == {"A": "org_name", "B": "sector", "C": "adm1_code"}
