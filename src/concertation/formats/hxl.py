"""HXL tags say what a column holds, whatever its heading: a hashtag and unordered attributes. Here tags become the fields of the
who-does-what-where record, and the fields become tags again on the way out.

Tags follow the HXL standard 1.1 and the tags met in the region's workbooks, which use `+funding` for the donor and `+partner` for
the implementing partner.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

TAG = re.compile(r"#[A-Za-z][A-Za-z0-9_]*(?:\s*\+\s*[A-Za-z][A-Za-z0-9_]*)*")
PLACES = {"adm1": "adm1", "adm2": "adm2", "adm3": "adm3"}
DONOR = frozenset({"funder", "funding", "donor"})
IMPLEMENTING = frozenset({"impl", "implementing", "partner"})
SEXES = {"f": "f", "female": "f", "women": "f", "girls": "f", "m": "m", "male": "m", "men": "m", "boys": "m"}
AGES = {
    "children": "children", "child": "children", "girls": "children", "boys": "children", "infants": "infants",
    "adolescents": "adolescents", "adults": "adults", "adult": "adults", "women": "adults", "men": "adults", "elderly": "elderly",
}
DISABILITY = frozenset({"disabled", "disability", "pwd"})
PEOPLE = {"targeted": "targeted", "reached": "reached", "beneficiary": "beneficiaries", "beneficiaries": "beneficiaries"}
GROUP = frozenset({"type", "category", "group"})
PLAIN = {"indicator": "indicator", "modality": "modality", "delivery": "modality", "status": "status", "currency": "currency", "contact": "contact", "group": "group", "period": "period"}
FIELD_TAGS = {
    "org_name": "#org+name", "org_acronym": "#org+acronym", "org_type": "#org+type", "implementer": "#org+impl+name", "donors": "#org+funder",
    "sector": "#sector+name", "activity": "#activity+name", "indicator": "#indicator+name", "modality": "#modality", "status": "#status",
    "adm1_name": "#adm1+name", "adm1_code": "#adm1+code", "adm2_name": "#adm2+name", "adm2_code": "#adm2+code", "adm3_name": "#adm3+name", "adm3_code": "#adm3+code",
    "place_name": "#loc+name", "latitude": "#geo+lat", "longitude": "#geo+lon", "start": "#date+start", "end": "#date+end", "period": "#date+reported",
    "group": "#beneficiary+type", "targeted": "#targeted", "reached": "#reached", "beneficiaries": "#beneficiary",
    "amount": "#value", "currency": "#value+currency", "contact": "#contact",
}


@dataclass(frozen=True, slots=True)
class Tag:
    """One HXL tag: `hashtag` without its sign, in lower case, and its attributes, whose order means nothing."""

    hashtag: str
    attributes: frozenset[str]

    def __str__(self) -> str:
        """The tag as written in a file, attributes in alphabetical order.

        >>> str(Tag("reached", frozenset({"f", "children"})))
        '#reached+children+f'
        """
        return "#" + "+".join([self.hashtag, *sorted(self.attributes)])


def parse_tag(written: str) -> Tag | None:
    """The tag written in a cell, or nothing when the cell is no tag.

    >>> parse_tag("#adm1 +Name") == Tag("adm1", frozenset({"name"})), parse_tag("# de bornes")
    (True, None)
    """
    text = written.strip()
    if not TAG.fullmatch(text):
        return None
    hashtag, *attributes = (part.strip().lower() for part in text[1:].split("+"))
    return Tag(hashtag, frozenset(attributes))


def field_of_tag(written: str) -> str | None:
    """The field of the who-does-what-where record a tag stands for, or nothing when it stands for none of them.

    A tag of the implementing organisation is `implementer`; where a table has no other organisation, `fields_of_tags` says so.

    >>> [field_of_tag(tag) for tag in ("#org+name", "#org+funding", "#adm3 +code", "#reached+f+children", "#date+start", "#meta+id")]
    ['org_name', 'donors', 'adm3_code', 'reached_f_children', 'start', None]
    """
    tag = parse_tag(written)
    if tag is None:
        return None
    if tag.hashtag == "org":
        return organisation_field(tag.attributes)
    if tag.hashtag in PLACES:
        return place_field(tag)
    if tag.hashtag in PEOPLE:
        return people_field(tag)
    return other_field(tag)


def organisation_field(attributes: frozenset[str]) -> str:
    """Donor, implementing partner, or the reporting organisation's type, acronym or name."""
    if attributes & DONOR:
        return "donors"
    if "type" in attributes:
        return "org_type"
    if attributes & IMPLEMENTING:
        return "implementer"
    return "org_acronym" if "acronym" in attributes else "org_name"


def place_field(tag: Tag) -> str | None:
    """Code or name of an administrative level; a place of origin is not where the activity is."""
    if "origin" in tag.attributes:
        return None
    return f"{PLACES[tag.hashtag]}_{'code' if 'code' in tag.attributes else 'name'}"


def people_field(tag: Tag) -> str:
    """Targeted, reached or beneficiaries, by sex, age and disability where the attributes say so; `group` for the kind of people.

    >>> [people_field(parse_tag(tag)) for tag in ("#targeted+m", "#reached+girls", "#reached+disabled", "#beneficiary+type")]
    ['targeted_m', 'reached_f_children', 'reached_disability', 'group']
    """
    if tag.attributes & GROUP:
        return "group"
    sex = sorted({SEXES[attribute] for attribute in tag.attributes if attribute in SEXES})
    age = sorted({AGES[attribute] for attribute in tag.attributes if attribute in AGES})
    disability = ["disability"] if tag.attributes & DISABILITY else []
    return "_".join([PEOPLE[tag.hashtag], *sex, *age, *disability])


def other_field(tag: Tag) -> str | None:
    """Fields of the remaining hashtags: sector, activity, place by name or coordinates, dates, money, and those with one meaning."""
    attributes = tag.attributes
    match tag.hashtag:
        case "sector" | "subsector":
            return None if "code" in attributes else "sector"
        case "activity":
            return activity_field(attributes)
        case "loc":
            return None if "code" in attributes else "place_name"
        case "geo":
            return "latitude" if "lat" in attributes else "longitude" if "lon" in attributes else None
        case "date":
            return date_field(attributes)
        case "value":
            return "currency" if "currency" in attributes else "amount"
        case "population" | "affected":
            return "group" if attributes & GROUP else None
        case _:
            return None if attributes & {"code", "id", "unit"} else PLAIN.get(tag.hashtag)


def activity_field(attributes: frozenset[str]) -> str | None:
    """Status, modality or name of the activity; its code, its project and its type are no field of the record."""
    if "status" in attributes:
        return "status"
    if "modality" in attributes:
        return "modality"
    return None if attributes & {"code", "id", "project", "type"} else "activity"


def date_field(attributes: frozenset[str]) -> str | None:
    """Start, end or reporting period; the date of an event is none of them."""
    if "occurred" in attributes:
        return None
    return "start" if "start" in attributes else "end" if "end" in attributes else "period"


def fields_of_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Column letter -> field, for the tags of one table; a field is given to its first column only.

    Where the only organisation tagged is the implementing one, it is the reporting organisation: a bare `#org+impl` beside
    `#org+impl+name` is its acronym.

    >>> fields_of_tags({"A": "#org+impl", "B": "#org+impl+name", "C": "#adm1+name"})
    {'A': 'org_acronym', 'B': 'org_name', 'C': 'adm1_name'}
    """
    fields = {letter: field for letter, tag in tags.items() if (field := field_of_tag(tag)) is not None}
    if not {"org_name", "org_acronym"} & set(fields.values()):
        fields |= reporting_by_implementing(tags, fields)
    first: dict[str, str] = {}
    for letter, field in fields.items():
        first.setdefault(field, letter)
    return {letter: field for field, letter in first.items()}


def reporting_by_implementing(tags: Mapping[str, str], fields: Mapping[str, str]) -> dict[str, str]:
    """The implementing organisation's columns as those of the reporting organisation."""
    columns = {letter: tag for letter, field in fields.items() if field == "implementer" and (tag := parse_tag(tags[letter]))}
    named = any("name" in tag.attributes for tag in columns.values())
    return {letter: "org_acronym" if "acronym" in tag.attributes or (named and "name" not in tag.attributes) else "org_name" for letter, tag in columns.items()}


def tag_of_field(field: str) -> str | None:
    """The tag to write for a field of the record; people's fields carry sex, age and disability as attributes.

    >>> tag_of_field("donors"), tag_of_field("reached_f_children"), tag_of_field("colour")
    ('#org+funder', '#reached+f+children', None)
    """
    if field in FIELD_TAGS:
        return FIELD_TAGS[field]
    measure, *details = field.split("_")
    known = {*SEXES.values(), *AGES.values(), "disability"}
    if measure not in PEOPLE.values() or not details or not set(details) <= known:
        return None
    return "+".join([FIELD_TAGS[measure], *("disabled" if detail == "disability" else detail for detail in details)])
