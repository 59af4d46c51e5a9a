"""Putting a note together: the sentence of the picture, headline figures, map, tables, silences, decisions, sources.

The order of the words is the order of the footnotes. Nothing here adds figures; what the product calculates says so.
"""

from collections.abc import Iterable, Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from concertation.apps.access.audience import audience_words
from concertation.apps.needs.queries import HeldFigure
from concertation.apps.needs.words import term
from concertation.apps.notes.drawings import map_drawing, together_drawing, years_drawing
from concertation.apps.notes.footnotes import Footnotes
from concertation.apps.notes.grids import (
    decisions_grid,
    displacement_grid,
    measure_dates,
    money_grid,
    phases_grid,
    sectors_grid,
    states_grid,
    units_grid,
    when,
)
from concertation.apps.notes.reading import SECTOR, NoteReading, with_decisions
from concertation.apps.picture.tables import bounds
from concertation.apps.picture.words import (
    day_words,
    in_state,
    kind_words,
    leader_of,
    need_clause,
    number,
    sentence,
    share,
)
from concertation.apps.sharing.joint.queries import Reserved
from concertation.apps.sharing.models import MOTIVES
from concertation.core.concepts import INTERSECTORAL
from concertation.core.periods import Language
from concertation.draw.note import Headline, Note, Told, Words
from concertation.draw.wording import say

HEADLINES = ("in_need", "targeted", "phase3plus", "idps", "refugees")
LANGUAGES: Sequence[Language] = ("fr", "en")
SHOWN_SILENT, SHOWN_APART = 5, 2


def notes_of(held: NoteReading, languages: Iterable[Language]) -> tuple[Note, ...]:
    """The note in each of these languages, in their order."""
    whole = with_decisions(held)
    return tuple(note_in(whole, language) for language in languages)


def note_in(held: NoteReading, language: Language) -> Note:
    """The note in one language, from a reading with its decisions."""
    with translation.override(language):
        return _note(held, language)


def _note(held: NoteReading, language: Language) -> Note:
    return _whole(held, language) if held.shown.scenes else blank(held, language)


def blank(held: NoteReading, language: Language) -> Note:
    """A note of which every part is reserved: the words of the reservations and nothing else."""
    return Note(
        language=language, title=title_of(held), subject=f"note-{held.subject.lower()}", on=held.on.isoformat(), words=_words(held), sentences=tuple(reservations(held)), headlines=(), picture=None, chart=None,
        beside=(), grids=(), silences=(), footnotes=(), reading=reading_words(), disclaimers=(say("disclaimer", language), say("disclaimer", "en" if language == "fr" else "fr")),
    )  # fmt: skip


def _whole(held: NoteReading, language: Language) -> Note:
    notes = Footnotes()
    told, figures = tuple(sentences(held, notes)), tuple(headlines(held, notes))
    pictured = map_drawing(held, notes)
    beside = (states_grid(held, notes),) if held.is_joint else tuple(each for each in (units_grid(held, notes), phases_grid(held, notes), displacement_grid(held, notes)) if each)
    food = None if held.reserved else next((measure for view in held.decided for measure in view.measures if measure.code == "phase3plus"), None)
    years = together_drawing(food, _("Phase 3 ou pire dans les quatre États, même saison"), notes) if held.is_joint else years_drawing(held, _("Besoin au fil des années"), notes)
    displaced = (displacement_grid(held, notes),) if held.is_joint else ()
    grids = (sectors_grid(held, notes), *displaced, money_grid(held, notes), decisions_grid(held, notes))
    silences = tuple(_silences(held, notes))
    return Note(
        language=language, title=title_of(held), subject=f"note-{held.subject.lower()}", on=held.on.isoformat(), words=_words(held),
        sentences=told, headlines=figures, picture=pictured, chart=years,
        beside=beside, grids=grids, silences=silences, footnotes=notes.listed(), reading=reading_words(),
        disclaimers=(say("disclaimer", language), say("disclaimer", "en" if language == "fr" else "fr")),
    )  # fmt: skip


def title_of(held: NoteReading) -> str:
    """What the note is on."""
    if held.is_joint:
        return _("AES et Togo : situation humanitaire")
    return _("%(state)s : situation humanitaire") % {"state": held.shown.ground.states[held.subject].name}


def _words(held: NoteReading) -> Words:
    return Words(
        brand=_("Concertation humanitaire AES – Togo"), audience=audience_words(held.mandates, held.states),
        made=_("Note au %(day)s") % {"day": day_words(held.on)}, sources=_("Sources"), page=_("page"), silences=_("Écarts et silences"),
    )  # fmt: skip


def reading_words() -> str:
    """How the words of the note are to be read."""
    return _(
        "Lecture. Chaque numéro renvoie à une source, avec sa date, son périmètre et son statut. « aucun chiffre disponible » : personne ne le tient ici, ce n'est pas zéro. "
        "« estimé » : réparti ou calculé, pas observé. « calcul du produit » : fait ici, non publié. « Aucune activité déclarée » ne veut pas dire « aucun acteur »."
    )


def sentences(held: NoteReading, notes: Footnotes) -> Iterable[Told]:
    """What is true of each State: need and presence, each with its date."""
    for scene in held.shown.scenes:
        state, name = scene.asked.state, held.shown.ground.states[scene.asked.state].name
        if not held.is_joint:
            need = leader_of(held.shown.lines, state, INTERSECTORAL)
            yield Told(f"{in_state(state, name)}, {need_clause(need, sector=INTERSECTORAL, sector_name='')}.", notes.figure(need) if need else ())
        food = leader_of(held.shown.lines, state, SECTOR)
        told = sentence(scene, food, state_name=name, sector_name=held.shown.sector_name, whole=held.shown.whole(state))
        if not held.mandates:
            told = told.replace(_("aucun rapport de présence ouvert à votre lecture"), _("aucun rapport de présence public"))
        yield Told(told, (*(notes.figure(food) if food else ()), *notes.presence(scene, name)))
    yield from reservations(held)


def reservations(held: NoteReading) -> Iterable[Told]:
    """The words of each State that reserved its part: the note leaves it blank and says so."""
    for each in held.reserved:
        yield Told(reserved_words(each, held.shown.ground.states[each.state].name))


def reserved_words(each: Reserved, name: str) -> str:
    """Why the part of a State is blank, in words."""
    said = {"state": name, "day": day_words(each.on), "about": dict(MOTIVES).get(each.about, ""), "motive": each.motive}
    why = _("réserve du %(day)s, %(about)s : « %(motive)s »") if each.motive else _("réserve du %(day)s")
    return _("%(state)s : sa part de ce produit commun est laissée en blanc (%(why)s). Ses chiffres et ceux des partenaires restent publiés sous leur propre nom.") % {**said, "why": why % said}


def headlines(held: NoteReading, notes: Footnotes) -> Iterable[Headline]:
    """The figures a note opens with: those of the State, or what the product measures of the States together."""
    if held.is_joint:
        yield from _measured(held, notes)
        return
    for concept in HEADLINES:
        figure = held.leader(held.subject, concept)
        yield Headline(term("concept", concept).name, notes.told(figure), _about(figure))


def _about(figure: HeldFigure | None) -> str:
    if figure is None:
        return ""
    return ", ".join((when(figure.figure), term("status", figure.figure.status).name.lower()))


def _measured(held: NoteReading, notes: Footnotes) -> Iterable[Headline]:
    english = translation.get_language() == "en"
    for view in held.decided:
        for measure in view.measures:
            if measure.code in ("phase3plus", "plan-coverage", "frameworks") and measure.value is not None:
                value = f"{measure.value}\u202f%" if measure.unit_of_measure == "percent" else number(measure.value)
                label = (measure.label_en if english else measure.label_fr).removeprefix("% ")
                if held.reserved:
                    yield Headline(label[:1].upper() + label[1:], Told(_("non donnée"), held=False), _("une part est réservée"))
                    continue
                about = ", ".join(part for part in (measure_dates(measure), _("calcul du produit")) if part)
                yield Headline(label[:1].upper() + label[1:], Told(value, notes.publication(measure.sources, measure.on)), about)


def _silences(held: NoteReading, notes: Footnotes) -> Iterable[Told]:
    closed = [held.shown.ground.states[scene.asked.state].name for scene in held.shown.scenes if scene.period is None]
    if closed:
        yield Told(_("%(states)s : aucun rapport de présence n'est ouvert à cette lecture, rien ne peut être dit de l'absence d'acteurs.") % {"states": ", ".join(closed)}, held=False)
    for scene in held.shown.scenes:
        yield from _of_state(held, scene.asked.state, notes)
    for each in held.shown.disagreeing()[:SHOWN_APART]:
        if each.leader is not None:
            low, high = bounds(each)
            unit = held.shown.ground.units.get(each.leader.figure.unit)
            told = {"what": term("concept", each.leader.figure.concept).name.lower(), "place": unit.name if unit else "", "low": number(low), "high": number(high), "unit": term("measure", each.leader.figure.measure).name, "apart": share(each.disagreement or 0)}
            yield Told(_("Les sources diffèrent sur « %(what)s », %(place)s : de %(low)s à %(high)s %(unit)s (écart %(apart)s).") % told, notes.figure(each.leader))


def _of_state(held: NoteReading, state: str, notes: Footnotes) -> Iterable[Told]:
    scene = next(each for each in held.shown.scenes if each.asked.state == state)
    name = held.shown.ground.states[state].name
    need, aim = held.leader(state, "in_need"), held.leader(state, "targeted")
    if need and aim and need.figure.value and aim.figure.value and need.figure.reference_end == aim.figure.reference_end:
        gap = max(need.figure.value - aim.figure.value, 0)
        yield Told(_("%(state)s : %(gap)s personnes dans le besoin ne sont pas ciblées (calcul du produit).") % {"state": name, "gap": number(gap)}, tuple(dict.fromkeys((*notes.figure(need), *notes.figure(aim)))))
    silent = sorted((row for row in scene.rows if row.verdict == "none_declared"), key=lambda row: -(row.need or 0))
    if silent:
        count = f"{number(len(silent))} {kind_words(state, 1, len(silent))}"
        told = {"state": name, "count": count, "units": ", ".join(row.unit.name for row in silent[:SHOWN_SILENT]), "more": "…" if len(silent) > SHOWN_SILENT else ""}
        yield Told(_("%(state)s : aucune activité déclarée en sécurité alimentaire dans %(count)s (%(units)s%(more)s).") % told, notes.presence(scene, name))
