"""What the codes of the pooled funds' files stand for, from the code tables brought in: clusters, types of organisation, funds, allocations.

A code that no table held names stays a code, and is said to be one. A cluster whose name the reference set knows is told by our
sector, so that it reads in both languages.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from concertation.apps.funding.models import Flow, FundCode
from concertation.apps.funding.queries import FUNDS, code_rows
from concertation.apps.ground.downloads import language
from concertation.core.sharing import Mandate
from concertation.core.spelling import fold
from concertation.formats import cbpf_codes, reference_set
from concertation.formats.fts_plans import sector_names

CLUSTERS, TYPES, ALLOCATIONS = cbpf_codes.CLUSTERS, cbpf_codes.ORGANISATION_TYPES, cbpf_codes.ALLOCATIONS


@dataclass(frozen=True, slots=True)
class Named:
    """The names of codes, by list and code; of one code in two files the later counts."""

    held: Mapping[tuple[str, str], str]

    def of(self, code_list: str, code: str) -> str:
        """The name of a code; a code nobody names, as a code."""
        name = self.held.get((code_list, code))
        if name is None:
            return _("code %(code)s") % {"code": code} if code else ""
        return cluster_in_words(name) if code_list == CLUSTERS else name


def names_of(mandates: Sequence[Mandate], *code_lists: str) -> Named:
    """The names of the codes of some lists. One query."""
    return Named({(row.code_list, row.code): row.name for row in code_rows(mandates, *code_lists)})


def cluster_in_words(name: str) -> str:
    """A cluster by the name of our sector in the reader's language, where the reference set knows its spelling; else as its table writes it."""
    sector = sector_names().get(fold(name))
    written = dict(reference_set.read("sectors").select("sector", f"name_{language()}").iter_rows()) if sector else {}
    return str(written.get(sector, name))


def allocations_of(mandates: Sequence[Mandate], fund: str) -> list[FundCode]:
    """The allocations a fund opened, the latest first, each once: of one allocation in two files the later counts."""
    held = {(row.code, row.name): row for row in code_rows(mandates, ALLOCATIONS) if fund and row.fund == fund}
    return sorted(held.values(), key=lambda row: (row.year or 0, row.opens.isoformat() if row.opens else ""), reverse=True)


def facts_of_grant(mandates: Sequence[Mandate], row: Flow) -> list[tuple[str, str]]:
    """(heading, words) of what only the files of a fund tell of a grant: its type of organisation, its allocation and what that was; nothing for other flows."""
    if row.system != FUNDS:
        return []
    received = json.loads(bytes(row.received))
    kind, title, fund = (str(received.get(name) or "") for name in ("OrgTypeId", "AllNm", "PFId"))
    told = [(_("Type d'organisation"), names_of(mandates, TYPES).of(TYPES, kind))] if kind else []
    opened = next((each for each in allocations_of(mandates, fund) if each.name == title and str(each.year) == str(received.get("AllYr"))), None)
    windows = {"Standard": _("standard"), "Reserve": _("réserve")}
    if title:
        told.append((_("Allocation"), f"{title} ({windows.get(opened.short, opened.short)})" if opened else title))
    return told
