"""Minutes and the matrix of a session as papers: PDF to send, DOCX to edit, in French, English or both; the matrix as a table too."""

from collections.abc import Callable, Mapping, Sequence

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from concertation.apps.access.audience import audience_words
from concertation.apps.access.requests import ReaderRequest
from concertation.apps.decisions.files import taken_matrix
from concertation.apps.decisions.models import Session
from concertation.apps.decisions.queries import DecisionInView, decisions
from concertation.apps.decisions.sessions.queries import attendances
from concertation.apps.decisions.words import (
    day_or_not_fixed,
    days_in_words,
    evidence_words,
    implementation_words,
    members,
    state_name,
)
from concertation.apps.ground.downloads import FORMATS, attached, download, language
from concertation.core.periods import Language
from concertation.core.sharing import Mandate
from concertation.draw.documents import paper_docx
from concertation.draw.note import Grid, Told, Words
from concertation.draw.paper import Paper, Part, paper_name
from concertation.draw.paper_pdf import paper_pdf
from concertation.draw.wording import number

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FILES: Mapping[str, tuple[str, Callable[[tuple[Paper, ...]], bytes]]] = {"pdf": ("application/pdf", paper_pdf), "docx": (DOCX_TYPE, paper_docx)}
LANGUAGES: Mapping[str, Sequence[Language]] = {"fr": ("fr",), "en": ("en",), "both": ("fr", "en")}
Maker = Callable[[Session, Sequence[Mandate], Language], Paper]


def links() -> list[tuple[str, list[tuple[str, str]]]]:
    """(words, (format, address) of each file) of each paper of a session."""
    named = (("fr", _("français")), ("en", _("anglais")), ("both", _("les deux langues")))
    found = [
        (f"{title}, {words}", [(wanted.upper(), f"?paper={paper}&format={wanted}&words={code}") for wanted in FILES])
        for paper, title in (("matrix", _("Matrice des décisions")), ("minutes", _("Procès-verbal"))) for code, words in named
    ]  # fmt: skip
    return [*found, (_("Matrice en tableau"), [(each.upper(), f"?paper=matrix&format={each}") for each in ("csv", "xlsx")])]


def taken(request: ReaderRequest, session: Session, paper: str, wanted: str, *, words: str) -> HttpResponse:
    """A paper as a file; Http404 for a paper, format or language that there is not."""
    if paper == "matrix" and wanted in FORMATS:
        return download(taken_matrix(session, decisions(request.mandates, session=session.pk)), wanted, on=timezone.localdate())
    if paper not in MAKERS or wanted not in FILES or (words or language()) not in LANGUAGES:
        raise Http404
    content_type, write = FILES[wanted]
    papers = tuple(made_in(MAKERS[paper], session, request.mandates, each) for each in LANGUAGES[words or language()])
    return attached(write(papers), content_type, paper_name(papers, wanted))


def made_in(make: Maker, session: Session, mandates: Sequence[Mandate], tongue: Language) -> Paper:
    """A paper in one language."""
    with override(tongue):
        return make(session, mandates, tongue)


def words_of(mandates: Sequence[Mandate]) -> Words:
    """What stands over and under every page."""
    return Words(
        brand=_("Concertation humanitaire AES – Togo"), audience=audience_words(mandates, members()),
        made=_("État au %(day)s") % {"day": date_format(timezone.localdate(), "j F Y")}, sources=_("Sources"), page=_("page"), silences="",
    )  # fmt: skip


def matrix(session: Session, mandates: Sequence[Mandate], tongue: Language) -> Paper:
    """Who owes what by when, with what proof: one row a decision, one column a member State."""
    every = decisions(mandates, session=session.pk)
    headings = (_("Décision"), _("Responsable"), _("Échéance"), *(state_name(code) for code in members()), _("Mesure, aujourd'hui"))
    rows = tuple(matrix_row(view, tongue) for view in every)
    grid = Grid("", headings, (False,) * len(headings), rows, wide=(0, len(headings) - 1), under=_(
        "Mise en œuvre, puis preuve, telles que chaque État les a rapportées. Une échéance n'est tenue que lorsqu'une session la fixe. Décisions dans les mots du produit."
    ))
    return Paper(
        tongue, _("Matrice des décisions"), f"matrix-{session.pk.lower()}", timezone.localdate().isoformat(), words_of(mandates),
        f"{session.title}, {session.place}, {days_in_words(session.starts_on, session.ends_on)}", (grid,), wide=True,
    )  # fmt: skip


def matrix_row(view: DecisionInView, tongue: Language) -> tuple[Told, ...]:
    """One decision in the matrix."""
    row, by_state = view.decision, {each.owner_state: each for each in view.national}
    held = [f"{number(each.value, tongue)} {each.label_en if tongue == 'en' else each.label_fr}" for each in view.measures if each.value is not None]
    measure = held[0] if held else _("aucune mesure tenue à ce jour")
    told = []
    for code in members():
        each = by_state.get(code)
        told.append(Told(f"{implementation_words(each)} · {evidence_words(each)}" if each else implementation_words(None), held=each is not None))
    return (
        Told(f"{row.number}. {row.title}"), Told(row.responsible or _("non nommé par le texte"), held=bool(row.responsible)),
        Told(day_or_not_fixed(row.due), held=row.due is not None), *told, Told(measure, held=bool(held)),
    )  # fmt: skip


def minutes(session: Session, mandates: Sequence[Mandate], tongue: Language) -> Paper:
    """A session: who came, what was decided, the communiqué word for word, the minutes as the secretariat wrote them."""
    came = tuple((Told(each.name), Told(each.get_capacity_display()), Told(each.get_presence_display())) for each in attendances(session.pk))
    every = decisions(mandates, session=session.pk)
    written = session.minutes_en if tongue == "en" else session.minutes_fr
    parts: list[Part] = [Grid(_("Présences"), (_("Partie"), _("Qualité"), _("Présence")), (False,) * 3, came)]
    parts += [_("Décisions, dans les mots du produit"), *(Told(f"{view.decision.number}. {view.decision.title}. {view.decision.text}") for view in every)]
    parts += [_("Communiqué"), Told(f"« {session.communique} »") if session.communique else Told(_("Le texte du communiqué n'est pas saisi."), held=False)]
    parts += [_("Procès-verbal"), Told(written) if written else Told(_("Aucun procès-verbal n'est saisi dans cette langue."), held=False)]
    lead = f"{session.title}. {session.place}, {days_in_words(session.starts_on, session.ends_on)}."
    return Paper(tongue, _("Procès-verbal de session"), f"minutes-{session.pk.lower()}", timezone.localdate().isoformat(), words_of(mandates), lead, tuple(parts))


MAKERS: Mapping[str, Maker] = {"matrix": matrix, "minutes": minutes}
