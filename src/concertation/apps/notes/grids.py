"""The tables of a note: need and presence by unit, sectors, displacement, money, decisions; every figure with its footnotes."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from concertation.apps.decisions.measures import Measure
from concertation.apps.decisions.queries import DecisionInView
from concertation.apps.ground.downloads import language
from concertation.apps.needs.queries import HeldFigure
from concertation.apps.needs.words import term
from concertation.apps.notes.footnotes import Footnotes, missing
from concertation.apps.notes.reading import NoteReading
from concertation.apps.picture.matrix import Cell, matrix
from concertation.apps.picture.queries import Row, Scene
from concertation.apps.picture.unit_figures import phases
from concertation.apps.picture.words import kind_words, number, period_words, share
from concertation.core.figures import Figure
from concertation.draw.note import Grid, Told
from concertation.draw.wording import NARROW_BLANK

UNITS, SECTORS, YEARS = 20, 13, 4
MILLION = 1_000_000
DISPLACED = ("idps", "refugees", "returnees")


def said(words: str) -> Told:
    """Words without a figure."""
    return Told(words)


def units_grid(held: NoteReading, notes: Footnotes) -> Grid:
    """Need and presence by unit of level 1 of one State."""
    [scene] = held.shown.scenes
    name = held.shown.ground.states[scene.asked.state].name
    rows = tuple(_unit(row, scene, name, held, notes) for row in scene.rows[:UNITS])
    headings = (kind_words(scene.asked.state, 1, 1).capitalize(), term("concept", "phase3plus").name, _("Org."), _("Présence"))
    return Grid(_("Besoin et présence, sécurité alimentaire"), headings, (False, True, True, False), rows, _("Les organisations ne s'additionnent pas d'une unité à l'autre. « – » : aucun chiffre disponible, ou rien qui puisse être dit."), wide=(3,))


def _unit(row: Row, scene: Scene, name: str, held: NoteReading, notes: Footnotes) -> tuple[Told, ...]:
    estimated = f" ({_('estimé')})" if row.need_estimated else ""
    need = missing_short() if row.need is None else Told(number(row.need) + estimated, notes.need(row))
    answered = row.verdict in ("declared", "none_declared")
    count = Told(number(row.organisations), notes.presence(scene, name)) if answered else missing_short()
    return said(row.unit.name), need, count, Told(verdict_short(row.verdict), held=answered)


def verdict_short(verdict: str) -> str:
    """What may be said of presence, in two words."""
    return {"declared": _("déclarée"), "none_declared": _("aucune déclarée"), "no_report": _("sans rapport")}.get(verdict, _("restreinte"))


def missing_short() -> Told:
    """Nothing held, in a cell of a table: the line under the table says what the sign means."""
    return Told("–", held=False)


def phases_grid(held: NoteReading, notes: Footnotes) -> Grid | None:
    """People of one State in each phase of the latest season; None where the phases are not held."""
    shown = phases(held.lines)
    if shown is None:
        return None
    rows = tuple(
        (said(term("concept", f"phase{phase}").name), notes.told(held.leader(held.subject, f"phase{phase}"), number(count)), said(share(count / shown.total)))
        for phase, count in shown.people
    )
    title = _("Personnes par phase, %(when)s") % {"when": shown.when}
    return Grid(title, (_("Phase (Cadre Harmonisé)"), _("Personnes"), _("Part")), (False, True, True), rows)


def states_grid(held: NoteReading, notes: Footnotes) -> Grid:
    """The States side by side: need, food security, displacement, presence; nothing is added across them."""
    concepts = ("in_need", "phase3plus", "idps", "refugees")
    rows = tuple(_state(scene, held, concepts, notes) for scene in held.shown.scenes)
    rows += tuple((said(held.shown.ground.states[each.state].name), *(Told(_("en blanc"), held=False) for _column in (*concepts, ""))) for each in held.reserved)
    headings = (_("État"), *(term("concept", concept).name for concept in concepts), _("Organisations ayant déclaré"))
    return Grid(_("Les États côte à côte"), headings, (False, True, True, True, True, True), rows, _("Chaque chiffre a sa date et sa source : ils ne s'additionnent pas d'un État à l'autre."))


def _state(scene: Scene, held: NoteReading, concepts: Sequence[str], notes: Footnotes) -> tuple[Told, ...]:
    name = held.shown.ground.states[scene.asked.state].name
    reported = _reported(scene, notes, name) if scene.reporting is None else Told(number(scene.reporting), notes.presence(scene, name))
    return said(name), *(notes.told(held.leader(scene.asked.state, concept)) for concept in concepts), reported


def _reported(scene: Scene, notes: Footnotes, name: str) -> Told:
    """What may be said of a State's report where it does not name the sector, or is not there."""
    return missing() if scene.period is None else Told(_("secteur non nommé"), notes.presence(scene, name), held=False)


def sectors_grid(held: NoteReading, notes: Footnotes) -> Grid:
    """Sectors by State: need, and the share of the units of level 2 where an activity is declared."""
    lines = matrix(held.shown)[:SECTORS]
    need, units, share_of = _("besoin"), _("unités avec activité"), _("unités")
    columns = [heading for state in held.states for heading in (f"{state}, {need}" if held.is_joint else need.capitalize(), f"{state}, {share_of}" if held.is_joint else units.capitalize())]
    rows = tuple(
        (said(f"{line.name} ({line.need_label.lower()})" if line.need_label else line.name), *(told for cell in line.cells for told in _sector(cell, held, notes)))
        for line in lines
    )  # fmt: skip
    under = _("Unités avec activité : part des unités de niveau 2 où une activité est déclarée. Les secteurs ne s'additionnent pas. « – » : aucun chiffre disponible, ou rien qui puisse être dit.")
    return Grid(_("Secteurs et couverture"), (_("Secteur"), *columns), (False, *(True for _column in columns)), rows, under)


def _sector(cell: Cell, held: NoteReading, notes: Footnotes) -> tuple[Told, Told]:
    need = notes.told(cell.need) if cell.need else missing_short()
    scene = next(scene for scene in held.shown.scenes if scene.asked.state == cell.state)
    if cell.restricted:
        return need, Told(_("restreint"), held=False)
    if cell.coverage is None:
        return need, missing_short()
    told = cell.coverage_words if held.is_joint else f"{number(cell.declared)} / {number(cell.units)} ({cell.coverage_words}), {number(cell.organisations)} {_('org.')}"
    return need, Told(told, notes.presence(scene, held.shown.ground.states[cell.state].name))


def displacement_grid(held: NoteReading, notes: Footnotes) -> Grid:
    """Displaced people of each State, each figure by its own date and status; stocks and flows are not mixed."""
    lines = [(state, concept, held.leader(state, concept)) for state in held.states for concept in DISPLACED]
    rows = tuple(_displaced(held, state, concept, figure, notes) for state, concept, figure in lines if figure is not None)
    headings = (_("Groupe"), _("Personnes"), _("Date"))
    return Grid(_("Déplacement"), headings, (False, True, False), rows or ((said(_("Déplacés internes, réfugiés")), missing(), said("")),))


def _displaced(held: NoteReading, state: str, concept: str, figure: HeldFigure, notes: Footnotes) -> tuple[Told, ...]:
    name = term("concept", concept).name
    what = f"{held.shown.ground.states[state].name}, {name.lower()}" if held.is_joint else name
    return said(what), notes.told(figure), said(when(figure.figure))


def when(figure: Figure) -> str:
    """The dates of a figure in words."""
    return period_words(figure.reference_start, figure.reference_end) or _("sans date")


def money_grid(held: NoteReading, notes: Footnotes) -> Grid:
    """What the plans asked for and received, by year, as read on the day of extraction; pledges are not counted."""
    rows = [row for state in held.states for row in _years(held, state, notes)]
    headings = (_("État et année") if held.is_joint else _("Année"), _("Demandé, M$"), _("Reçu, M$"), _("Part"))
    under = _("Millions de dollars des plans coordonnés, au jour de relevé de la note. Les plans peuvent se recouvrir : ils ne s'additionnent pas. Une année en cours n'est pas close.")
    return Grid(_("Argent des plans"), headings, (False, True, True, True), tuple(rows) or ((said("–"), missing(), said(""), said("")),), under)


def _years(held: NoteReading, state: str, notes: Footnotes) -> list[tuple[Told, ...]]:
    asked, received = (dict(line.trend) if (line := held.line(state, concept, measure="USD")) else {} for concept in ("requirement", "funding"))
    years = [year for year in sorted(asked, reverse=True) if year <= held.on.year and asked[year].figure.value][: 2 if held.is_joint else YEARS]
    name = held.shown.ground.states[state].name
    return [(said(f"{name}, {year}" if held.is_joint else str(year)), *_money(asked[year], received.get(year), notes)) for year in years]


def _money(due: HeldFigure, got: HeldFigure | None, notes: Footnotes) -> tuple[Told, Told, Told]:
    part = said("–") if got is None or not due.figure.value or got.figure.value is None else said(share(got.figure.value / due.figure.value))
    return notes.told(due, millions(due.figure.value)), notes.told(got, millions(got.figure.value if got else None)), part


def millions(value: int | None) -> str:
    """An amount in millions, one decimal."""
    return "" if value is None else number_one(value / MILLION)


def number_one(value: float) -> str:
    """A number with one decimal as the reader's language writes it."""
    whole, tenth = divmod(round(value * 10), 10)
    return f"{number(whole)}{'.' if language() == 'en' else ','}{tenth}"


def decisions_grid(held: NoteReading, notes: Footnotes) -> Grid:
    """The eight decisions, each with the measure that stands first today; a measure of figures is not given where a part of them is reserved."""
    rows = tuple(_decision(view, held, notes) for view in held.decided)
    return Grid(_("Les huit décisions des ministres"), (_("Décision"), _("Aujourd'hui")), (False, False), rows, wide=(0, 1))


def _decision(view: DecisionInView, held: NoteReading, notes: Footnotes) -> tuple[Told, Told]:
    row = view.decision
    title = said(f"{row.number}. {row.title_en if language() == 'en' else row.title_fr}")
    if not view.measures:
        return title, Told(_("aucune mesure tenue"), held=False)
    own = (measure for measure in view.measures if measure.code.endswith(f"-{held.subject.lower()}") and view.measures[0].code.rpartition("-")[0] == measure.code.rpartition("-")[0])
    first = next(own, view.measures[0])
    if held.reserved and first.sources:
        return title, Told(_("non donnée, une part est réservée"), held=False)
    return title, _measure(first, notes)


def _measure(measure: Measure, notes: Footnotes) -> Told:
    if measure.value is None:
        return missing()
    value = f"{measure.value}{NARROW_BLANK}" if measure.unit_of_measure == "percent" else f"{number(measure.value)} "
    label = measure.label_en if language() == "en" else measure.label_fr
    dates = measure_dates(measure)
    made = "" if measure.code.startswith("idps") else _("calcul du produit")
    about = ", ".join(part for part in (dates, made) if part)
    on = f" ({about})" if about else ""
    return Told(f"{value}{label}{on}", notes.publication(measure.sources, measure.on) if measure.sources else ())


def measure_dates(measure: Measure) -> str:
    """The dates of a measure in words; empty where it has none."""
    return period_words(measure.since or measure.on, measure.on)
