"""What figures are called on the screen: concepts, groups, sectors and statuses in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext as _

from concertation.apps.ground.downloads import language
from concertation.core.concepts import AS_WRITTEN
from concertation.formats import reference_set


@dataclass(frozen=True, slots=True)
class Term:
    """A code of the vocabulary: its name and what it means, in both languages."""

    code: str
    kind: str
    name_fr: str
    name_en: str
    definition_fr: str
    definition_en: str

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if language() == "en" else self.name_fr

    @property
    def definition(self) -> str:
        """The definition in the reader's language."""
        return self.definition_en if language() == "en" else self.definition_fr



@cache
def vocabulary() -> Mapping[tuple[str, str], Term]:
    """Every term by its kind (concept, group, sex, age, disability, measure, status) and code."""
    lines = reference_set.read("concepts").fill_null("").to_dicts()
    named = ("code", "kind", "name_fr", "name_en", "definition_fr", "definition_en")
    return {(line["kind"], line["code"]): Term(**{name: line[name] for name in named}) for line in lines}


def term(kind: str, code: str) -> Term:
    """A term; a code the vocabulary does not hold is its own name."""
    return vocabulary().get((kind, code)) or Term(code, kind, code, code, "", "")


def dimension(kind: str, code: str) -> str:
    """A group, sex, age or disability in words; empty for all; what was kept as written stands between guillemets."""
    if code == "all":
        return ""
    if code.startswith(AS_WRITTEN):
        return _("« %(words)s »") % {"words": code.removeprefix(AS_WRITTEN)}
    return term(kind, code).name
