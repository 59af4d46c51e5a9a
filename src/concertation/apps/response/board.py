"""The board of rapid response: alerts narrowed, sorted and taken away, each with who covers it, why not, and its delay in words and colour."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Page
from django.db.models import Avg, Count, F, Q, QuerySet, Sum
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from concertation.apps.ground.downloads import language
from concertation.apps.response import words
from concertation.apps.response.models import Alert
from concertation.apps.response.queries import Aim, lines_of
from concertation.core.periods import day_in_words
from concertation.core.response.alerts import Delay, SectorLine, delay
from concertation.draw.tables import Column, Source, TakenTable

PAGE_ROWS = 25
CLOSED = Q(outcome="not-confirmed") | Q(coverage="not-needed")
ORDERS = {
    "place": "unit__sort_key", "raised": "raised_on", "households": "households", "people": "people", "delay": "took_days", "coverage": "coverage",
}  # fmt: skip
COLUMNS = (
    Column(key="state", heading_fr="État", heading_en="State", tag="#country +code"),
    Column(key="unit", heading_fr="Identifiant du lieu", heading_en="Place identifier", tag="#adm +id"),
    Column(key="place", heading_fr="Lieu", heading_en="Place", tag="#adm +name"),
    Column(key="raised_on", heading_fr="Date de l'alerte", heading_en="Date of the alert", tag="#date +reported"),
    Column(key="nature", heading_fr="Nature", heading_en="Kind", tag="#cause"),
    Column(key="group", heading_fr="Groupe", heading_en="Group", tag="#affected +type"),
    Column(key="households", heading_fr="Ménages", heading_en="Households", tag="#affected +hh", numeric=True),
    Column(key="people", heading_fr="Personnes", heading_en="People", tag="#affected +ind", numeric=True),
    Column(key="facilities", heading_fr="Établissements fermés", heading_en="Facilities closed", tag="#loc +closed", numeric=True),
    Column(key="teller", heading_fr="Source de l'alerte", heading_en="Source of the alert", tag="#meta +source"),
    Column(key="outcome", heading_fr="Évaluation", heading_en="Assessment", tag="#status +assessment"),
    Column(key="assessed_on", heading_fr="Évaluée le", heading_en="Assessed on", tag="#date +assessment"),
    Column(key="coverage", heading_fr="Couverture", heading_en="Coverage", tag="#status +coverage"),
    Column(key="sectors", heading_fr="Réponse par secteur", heading_en="Response by sector", tag="#sector +response"),
    Column(key="begun_on", heading_fr="Début de la réponse", heading_en="Response began on", tag="#date +response"),
    Column(key="days", heading_fr="Jours", heading_en="Days", tag="#indicator +days", numeric=True),
    Column(key="aim_days", heading_fr="Délai convenu, jours", heading_en="Agreed delay, days", tag="#indicator +aim", numeric=True),
    Column(key="standing", heading_fr="Délai", heading_en="Delay", tag="#status +delay"),
)


def delayed(aims: Mapping[str, Aim], today: date) -> dict[str, Q]:
    """The condition of each choice of delay, in the aims of each State."""
    in_time, late, overdue = Q(pk__in=[]), Q(pk__in=[]), Q(pk__in=[])
    for aim in aims.values():
        own = Q(owner_state=aim.state)
        in_time |= own & Q(took_days__lte=aim.days)
        late |= own & Q(took_days__gt=aim.days)
        overdue |= own & Q(took_days__isnull=True, raised_on__lt=today - timedelta(days=aim.days)) & ~CLOSED
    return {"answered": Q(took_days__isnull=False), "in-time": in_time, "late": late, "open": Q(took_days__isnull=True) & ~CLOSED, "overdue": overdue}


def narrowed(rows: QuerySet[Alert], query: QueryDict, aims: Mapping[str, Aim], today: date) -> QuerySet[Alert]:
    """The alerts asked for, in the order asked for; what is not held comes last."""
    for name, column in (("state", "owner_state"), ("group", "group"), ("nature", "nature"), ("coverage", "coverage")):
        if value := query.get(name, ""):
            rows = rows.filter(**{column: value[:24]})
    conditions = delayed(aims, today)
    if (wanted := query.get("delay", "")) in conditions:
        rows = rows.filter(conditions[wanted])
    asked = query.get("sort", "-raised")
    field = F(ORDERS.get(asked.removeprefix("-"), "raised_on"))
    order = field.desc(nulls_last=True) if asked.startswith("-") else field.asc(nulls_last=True)
    return rows.order_by(order, "-raised_on", "pk")


def totals(rows: QuerySet[Alert], aims: Mapping[str, Aim], today: date) -> dict[str, Any]:
    """What the alerts asked for say together, in one question to the database."""
    conditions = delayed(aims, today)
    counted = {name.replace("-", "_"): Count("pk", filter=condition) for name, condition in conditions.items()}
    return rows.order_by().aggregate(alerts=Count("pk"), households_sum=Sum("households"), average=Avg("took_days"), **counted)


def delay_of(row: Alert, aims: Mapping[str, Aim], today: date) -> Delay:
    """The delay of an alert in the aim of its State."""
    aim = aims.get(row.owner_state)
    ended = row.outcome == "not-confirmed" or row.coverage == "not-needed"
    return delay(row.raised_on, row.begun_on, today=today, aim_days=aim.days if aim else None, ended=ended)


def table(page: Page[Alert], query: QueryDict, *, aims: Mapping[str, Aim], today: date, states: Mapping[str, str], sectors: Mapping[str, str]) -> dict[str, object]:
    """One page of alerts."""
    everything = ("", _("tout"))
    return {
        "id": "alerts", "caption": _("Alertes"), "sort": "-raised", "exports": ["csv", "xlsx", "hxl"], "page": page, "unfiltered": True, "stacks": True,
        "columns": [
            {"key": "place", "label": _("Lieu")}, {"key": "delay", "label": _("Délai de réponse")}, {"key": "raised", "label": _("Alerte")}, {"key": "coverage", "label": _("Couverture")},
            {"key": "households", "label": _("Ménages"), "numeric": True}, {"key": "people", "label": _("Personnes"), "numeric": True},
        ],
        "rows": [cells(row, aims=aims, today=today, states=states, sectors=sectors) for row in page],
        "filters": [
            {"name": "state", "label": _("État"), "options": [("", _("tous les États")), *states.items()], "value": query.get("state", "")},
            *({"name": name, "label": label, "options": [everything, *told.items()], "value": query.get(name, "")} for name, label, told in (
                ("nature", _("Nature"), words.NATURES), ("group", _("Groupe"), words.GROUPS), ("coverage", _("Couverture"), words.COVERAGES), ("delay", _("Délai de réponse"), words.DELAYS),
            )),
        ],
        "empty": {"title": _("Aucune alerte ici"), "text": _("Les alertes de vos États et celles qui sont partagées avec vous paraîtront ici : saisissez-en une, ou apportez la matrice en usage. Ce n'est pas dire que rien n'est arrivé.")},
        "note": _("Aucun total de personnes : un même ménage peut être compté dans plusieurs alertes."),
    }  # fmt: skip


def cells(row: Alert, *, aims: Mapping[str, Aim], today: date, states: Mapping[str, str], sectors: Mapping[str, str]) -> dict[str, object]:
    """One alert as a row; it leads to its page."""
    late = delay_of(row, aims, today)
    group = str(words.GROUPS.get(row.group, row.group))
    return {
        "place": {"text": row.unit.name, "url": reverse("alert", args=[row.pk]), "note": states.get(row.owner_state, row.owner_state)},
        "raised": {"text": day_in_words(row.raised_on, language()), "note": f"{words.nature_words(row.nature, row.facilities)}, {group}"},
        "households": row.households, "people": row.people,
        "coverage": format_html("{}{}", words.COVERAGES[row.coverage], format_html("<br><small>{}</small>", short(lines_of(row.seen), sectors)) if row.seen else ""),
        "delay": format_html('<span class="tag {}">{}</span>', words.TAGS[late.standing], words.delay_words(late)),
    }  # fmt: skip


def short(lines: Iterable[SectorLine], sectors: Mapping[str, str]) -> str:
    """What each sector did, on one line."""
    return " ; ".join(_short(line, sectors) for line in lines).replace(" ;", "\u202f;" if language() == "fr" else ";")


def _short(line: SectorLine, sectors: Mapping[str, str]) -> str:
    why = f" ({words.REASONS.get(line.reason, line.reason)})" if line.reason else ""
    return f"{sectors.get(line.sector, line.sector)} {words.STATES.get(line.state, line.state)}{why}"


def taken(rows: Iterable[Alert], *, aims: Mapping[str, Aim], today: date, states: Mapping[str, str]) -> TakenTable:
    """The alerts to take away, with where they came from."""
    listed = list(rows)
    runs = {row.import_run_id: row.import_run for row in listed if row.import_run}
    files = [Source(source=run.file.name, date=f"{run.period_start or ''}/{run.period_end or ''}", licence="", scope=run.owner_state) for run in runs.values()]
    said = [Source(source=aim.source, date=str(aim.agreed_on or ""), licence="", scope=aim.state, method=f"{aim.days} d") for aim in aims.values()]
    return TakenTable(title_fr="Registre de réponse rapide", title_en="Rapid response register", columns=COLUMNS, rows=[line(row, aims, today) for row in listed], sources=(*files, *said))


def line(row: Alert, aims: Mapping[str, Aim], today: date) -> Mapping[str, object]:
    """One alert to take away, in codes."""
    late, aim = delay_of(row, aims, today), aims.get(row.owner_state)
    plain = {key: getattr(row, key) for key in ("raised_on", "nature", "group", "households", "people", "facilities", "teller", "outcome", "assessed_on", "coverage", "begun_on")}
    answers = "; ".join("=".join(part for part in (each.sector, each.state, each.reason) if part) for each in lines_of(row.seen))
    return {
        **plain, "state": row.owner_state, "unit": row.unit_id, "place": row.unit.name, "sectors": answers, "days": late.days, "aim_days": aim.days if aim else None,
        "standing": late.standing,
    }  # fmt: skip


def by_sector(counted: Sequence[Mapping[str, Any]], sectors: Mapping[str, str]) -> list[dict[str, Any]]:
    """For each sector: alerts covered, in part, foreseen, not covered, and the reasons given."""
    found: dict[str, dict[str, Any]] = {}
    for each in counted:
        told = found.setdefault(each["sector"], {"name": sectors.get(each["sector"], each["sector"]), "covered": 0, "partly": 0, "waiting": 0, "not_covered": 0, "reasons": {}})
        key = each["state"].replace("-", "_")
        if key in told:
            told[key] += each["alerts"]
        if each["reason"]:
            told["reasons"][each["reason"]] = told["reasons"].get(each["reason"], 0) + each["alerts"]
    for told in found.values():
        told["why"] = ", ".join(f"{words.REASONS.get(code, code)} ({number})" for code, number in sorted(told["reasons"].items(), key=lambda pair: -pair[1]))
    return sorted(found.values(), key=lambda told: -(told["not_covered"] + told["partly"]))
