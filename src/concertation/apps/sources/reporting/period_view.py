"""What the page of a period shows: totals for everybody, names where the reader may see them, and the acts open to the reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.organisations.models import Organisation
from concertation.apps.sources.models import ReportingPeriod
from concertation.apps.sources.reporting import queries
from concertation.apps.sources.reporting.queries import Followed
from concertation.apps.sources.reporting.words import (
    EXCUSES,
    VERDICT_TAGS,
    VERDICTS,
    because_words,
    due_words,
)
from concertation.apps.sources.taken_sources import own_register
from concertation.core.reporting import Standing, Verdict
from concertation.core.sharing import Mandate
from concertation.core.sharing.punctuality import REPORTS, acts_for, validates
from concertation.core.sharing.visibility import writes_for
from concertation.draw.tables import Column, TakenTable

FEW = 12
ORDER: tuple[Verdict, ...] = ("overdue", "awaited", "late", "on_time", "excused")
COLUMNS = (
    Column(key="state", heading_fr="État", heading_en="State", tag="#country +code"),
    Column(key="start", heading_fr="Début de la période", heading_en="Period start", tag="#date +start +period"),
    Column(key="end", heading_fr="Fin de la période", heading_en="Period end", tag="#date +end +period"),
    Column(key="sector", heading_fr="Secteur de la période", heading_en="Sector of the period", tag="#sector +code"),
    Column(key="organisation", heading_fr="Organisation", heading_en="Organisation", tag="#org"),
    Column(key="verdict", heading_fr="Où elle en est", heading_en="Where it stands", tag="#status"),
    Column(key="declared_on", heading_fr="Déclaré le", heading_en="Declared on", tag="#date +declared"),
    Column(key="rows", heading_fr="Lignes", heading_en="Rows", tag="#meta +rows", numeric=True),
    Column(key="because", heading_fr="Pourquoi attendue", heading_en="Why expected", tag="#description"),
    Column(key="reason", heading_fr="Pourquoi excusée", heading_en="Why excused", tag="#description +excused"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Own:
    """An organisation the reader declares for, and where it stands in the period; no standing when it is not expected and has not declared."""

    organisation: Organisation
    standing: Standing | None
    verdict: str | Promise
    tag: str
    reason: str | Promise
    code: str
    template_url: str

    @property
    def said_nothing(self) -> bool:
        """Whether it said that it has nothing to declare, and nothing else."""
        return self.standing is not None and self.standing.declared is not None and self.standing.declared.rows == 0

    @property
    def add_url(self) -> str:
        """Where it enters activities for the period."""
        return f"{reverse('activity-add')}?{urlencode({'for': self.code})}"

    @property
    def same_url(self) -> str:
        """Where it carries last month over."""
        return f"{reverse('activities-same')}?{urlencode({'for': self.code})}"


@dataclass(frozen=True)
class PeriodView:
    """A period as one reader sees it."""

    period: ReportingPeriod
    mandates: Sequence[Mandate]
    today: date

    @cached_property
    def followed(self) -> Followed:
        """Totals, and names where they may be seen."""
        return queries.followed(self.mandates, [self.period], today=self.today)[0]

    @cached_property
    def lead(self) -> str:
        """The organisation that leads the period's sector."""
        return queries.lead_of(self.mandates, self.period)

    @cached_property
    def own_slugs(self) -> list[str]:
        """The organisations the reader declares for in this State."""
        return sorted({each.organisation for each in self.mandates if each.role in REPORTS and each.organisation and acts_for(self.mandates, each.organisation, self.period.owner_state)})

    @cached_property
    def named(self) -> dict[str, Organisation]:
        """The organisations named on the page."""
        slugs = [each.organisation for each in self.followed.standings] + self.own_slugs + ([self.lead] if self.lead else [])
        return queries.organisations_called(slugs) if slugs else {}

    @cached_property
    def said(self) -> Mapping[str, tuple[str, str]]:
        """What a person said of who is expected."""
        return queries.excuses_of(self.period, [each.organisation for each in self.followed.standings]) if self.followed.standings else {}

    @property
    def manages(self) -> Mandate | None:
        """The mandate under which the reader freezes, reopens and changes the period."""
        return writes_for(self.mandates, self.period.owner_state)

    @property
    def validates(self) -> Mandate | None:
        """The mandate under which the reader validates it and says who is expected."""
        return validates(self.mandates, state=self.period.owner_state, lead=self.lead)

    @property
    def names_others(self) -> bool:
        """Whether the reader sees the name of an organisation that is not their own."""
        return any(each.organisation not in self.own_slugs for each in self.followed.standings)

    def name_of(self, slug: str) -> str:
        """An organisation by its name."""
        return str(self.named.get(slug, slug))

    def reason_of(self, slug: str) -> str | Promise:
        """Why an organisation is excused; empty when it is not."""
        return EXCUSES.get(self.said.get(slug, ("", ""))[1], "")

    def own(self) -> list[Own]:
        """The reader's own organisations."""
        standing = {each.organisation: each for each in self.followed.standings}
        return [self._own(self.named[slug], standing.get(slug)) for slug in self.own_slugs if slug in self.named]

    def _own(self, organisation: Organisation, standing: Standing | None) -> Own:
        code = f"{organisation.slug}:{self.period.owner_state}:{self.period.start}:{self.period.end}"
        if standing is None:
            return Own(organisation, None, _("n'est pas attendue"), "", "", code, self.template_url(organisation.slug))
        told = VERDICTS[standing.verdict], VERDICT_TAGS.get(standing.verdict, ""), self.reason_of(organisation.slug)
        return Own(organisation, standing, *told, code, self.template_url(organisation.slug))

    def template_url(self, organisation: str = "") -> str:
        """Where the workbook to fill in for the period is; the period itself is left to the page where it is not of whole months."""
        period = self.period
        whole = period.start.day == 1 and (period.end + timedelta(days=1)).day == 1
        asked = {"state": period.owner_state, "sector": period.sector, "organisation": organisation, "period": f"{period.start:%Y-%m}/{period.end:%Y-%m}" if whole else ""}
        return f"{reverse('activity-template')}?{urlencode({name: value for name, value in asked.items() if value})}"

    def by_hand(self) -> list[tuple[str, str]]:
        """The organisations of which a person said that they are expected or excused."""
        return sorted(((slug, self.name_of(slug)) for slug in self.said), key=lambda each: each[1])

    def to_excuse(self) -> list[tuple[str, str]]:
        """The organisations that are expected and have not declared."""
        silent = [each.organisation for each in self.followed.standings if each.verdict in ("awaited", "overdue")]
        return sorted(((slug, self.name_of(slug)) for slug in silent), key=lambda each: each[1])

    def sentence(self, state_name: str) -> str:
        """How many of how many have declared, of which days, until when."""
        told, period = self.followed.tally, self.period
        where = {"state": state_name, "due": due_words(period.due_on)}
        if told is None:
            return _("%(state)s : dernier jour pour déclarer le %(due)s. Qui a déclaré en protection ne se compte que pour l'État.") % where
        if told.expected is None:
            words = ngettext("%(count)s organisation a déclaré, sans qu'on sache combien étaient attendues", "%(count)s organisations ont déclaré, sans qu'on sache combien étaient attendues", told.declared)
        else:
            words = ngettext("%(count)s organisation a déclaré, sur %(expected)s attendues", "%(count)s organisations ont déclaré, sur %(expected)s attendues", told.declared)
        counted = words % {"count": told.declared, "expected": told.expected}
        return _("%(state)s : %(counted)s. Dernier jour : %(due)s.") % {**where, "counted": counted}

    def shown(self, query: QueryDict) -> list[Standing]:
        """The standings that the address asks for, those still awaited first."""
        wanted = query.get("verdict", "")
        held = [each for each in self.followed.standings if wanted in ("", each.verdict)]
        if (asked := query.get("sort", "")) in ("organisation", "-organisation"):
            return sorted(held, key=lambda each: self.name_of(each.organisation), reverse=asked.startswith("-"))
        return sorted(held, key=lambda each: (ORDER.index(each.verdict), self.name_of(each.organisation)))

    def table(self, query: QueryDict) -> dict[str, object]:
        """Who has declared and who has not, by name."""
        options = [("", _("tout")), *((code, VERDICTS[code]) for code in ORDER)]
        return {
            "id": "standings", "caption": _("Qui a déclaré, et qui pas encore"), "exports": ["csv", "xlsx", "hxl"], "unfiltered": True,
            "columns": [
                {"key": "organisation", "label": _("Organisation")}, {"key": "verdict", "label": _("Où elle en est"), "sortable": False},
                {"key": "declared_on", "label": _("Déclaré le"), "sortable": False}, {"key": "rows", "label": _("Lignes"), "numeric": True, "sortable": False},
                {"key": "because", "label": _("Pourquoi attendue"), "sortable": False},
            ],
            "rows": [self._cells(each) for each in self.shown(query)],
            "filters": [{"name": "verdict", "label": _("Où elle en est"), "options": options, "value": query.get("verdict", "")}] if len(self.followed.standings) > FEW else [],
        }  # fmt: skip

    def _cells(self, standing: Standing) -> dict[str, object]:
        made, slug = standing.declared, standing.organisation
        verdict = {"text": str(VERDICTS[standing.verdict]), "css": f"tag {VERDICT_TAGS.get(standing.verdict, '')}".strip(), "note": str(self.reason_of(slug) if standing.verdict == "excused" else "")}
        return {
            "organisation": {"text": self.name_of(slug), "url": reverse("organisation", args=[slug])}, "verdict": verdict, "declared_on": made.on if made else "–",
            "rows": "–" if made is None else made.rows or _("rien à déclarer"), "because": because_words(standing),
        }  # fmt: skip

    def taken(self, query: QueryDict) -> TakenTable:
        """The same rows to take away."""
        period, same = self.period, {"state": self.period.owner_state, "start": self.period.start, "end": self.period.end, "sector": self.period.sector}
        rows = [
            {
                **same, "organisation": self.name_of(each.organisation), "verdict": str(VERDICTS[each.verdict]), "declared_on": each.declared.on if each.declared else None,
                "rows": each.declared.rows if each.declared else None, "because": because_words(each), "reason": str(self.reason_of(each.organisation)),
            }
            for each in self.shown(query)
        ]  # fmt: skip
        scope = _("déclarations, %(state)s, du %(start)s au %(end)s") % {**same, "start": period.start, "end": period.end}
        title = f"{period.owner_state} {period.start} {period.end} {period.sector}".strip()
        return TakenTable(title_fr=f"Qui a déclaré {title}", title_en=f"Who declared {title}", columns=COLUMNS, rows=rows, sources=(own_register(scope, on=self.today),))
