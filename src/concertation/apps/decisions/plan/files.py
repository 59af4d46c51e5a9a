"""The plan as files: the table that comes back as it left, an empty template, and the plan to print as PDF or DOCX."""

from collections.abc import Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from concertation.apps.decisions.papers import words_of
from concertation.apps.decisions.plan.columns import COLUMNS
from concertation.apps.decisions.plan.queries import LineInView
from concertation.apps.decisions.plan.words import activity_rows, bars, frame_rows, sentence
from concertation.apps.sources.taken_sources import own_register
from concertation.core.periods import Language
from concertation.core.sharing import Mandate
from concertation.draw.gantt import gantt
from concertation.draw.note import Drawing, Grid, Told
from concertation.draw.paper import Paper, Part
from concertation.draw.tables import TakenTable


def taken_plan(view: Sequence[LineInView]) -> TakenTable:
    """Every line with every column; brought in again, it changes nothing."""
    rows = [{**{column.key: getattr(each.line, column.key) for column in COLUMNS}, "decisions": "|".join(each.line.decisions)} for each in view]
    held = [{key: None if value == "" else value for key, value in row.items()} for row in rows]
    sources = (own_register(_("plan d'action commun"), on=timezone.localdate()),)
    return TakenTable(title_fr="Plan d'action commun", title_en="Common action plan", columns=COLUMNS, rows=held, sources=sources)


def paper(view: Sequence[LineInView], mandates: Sequence[Mandate], tongue: Language) -> Paper:
    """The plan to print: log-frame, activities with their money, timetable."""
    return Paper(
        tongue, _("Plan d'action commun"), "plan", timezone.localdate().isoformat(), words_of(mandates), sentence(view) if view else _("Le plan ne porte encore aucune ligne."),
        tuple(parts(view, tongue)) if view else (), wide=True,
    )  # fmt: skip


def parts(view: Sequence[LineInView], tongue: Language) -> list[Part]:
    """What the plan holds, in order."""
    drawn = gantt(bars(view), title=_("Calendrier des activités"), today=timezone.localdate(), language=tongue)
    found: list[Part] = [frame_grid(view), activity_grid(view)]
    if drawn:
        found.append(Drawing(_("Calendrier des activités"), drawn, _("Une barre par activité, du premier au dernier jour ; les mêmes jours sont dans le tableau.")))
    return found


def frame_grid(view: Sequence[LineInView]) -> Grid:
    """The log-frame as a table, one row an indicator, or one for a result without any."""
    headings = (_("Objectif ou résultat"), _("Indicateur"), _("Référence"), _("Cible"), _("Valeur"), _("Source"), _("Avancement"), _("Hypothèses et risques"))
    rows = []
    for row in frame_rows(view):
        line = row.each.line
        cells = [indicator_cells(each) for each in row.indicators] or [[Told(_("aucun indicateur"), held=False), *(Told("") for _each in range(5))]]
        for place, told in enumerate(cells):
            first, last = (f"{line.code} {row.title}", line.assumptions) if place == 0 else ("", "")
            rows.append((Told(first), *told, Told(last)))
    return Grid(_("Cadre logique"), headings, (False,) * 6 + (True, False), tuple(rows), wide=(0, 1, 7))


def indicator_cells(each: Mapping[str, object]) -> list[Told]:
    """The cells of an indicator."""
    done = each["progress"]
    told = Told(_("non calculable"), held=False) if done is None else Told(f"{done} %")
    return [Told(str(each["title"])), Told(str(each["baseline"])), Told(str(each["target"])), Told(str(each["value"]), held=bool(each["held"])), Told(str(each["source"])), told]


def activity_grid(view: Sequence[LineInView]) -> Grid:
    """Activities with their days and money."""
    headings = (_("Activité"), _("Chef de file"), _("Partenaires"), _("Jours"), _("État"), _("Budget"), _("Financé"), _("Financement"))
    rows = []
    for row in activity_rows(view):
        line = row["each"].line  # type: ignore[attr-defined]
        rows.append((
            Told(f"{line.code} {row['title']}"), Told(line.lead), Told(line.partners), Told(str(row["days"])), Told(str(row["state"])),
            Told(str(row["budget"]), held=bool(row["has_budget"])), Told(str(row["funded"]), held=bool(row["has_funded"])), Told(line.funding),
        ))  # fmt: skip
    return Grid(_("Activités et budget"), headings, (False,) * 5 + (True, True, False), tuple(rows), wide=(0, 2, 7))
