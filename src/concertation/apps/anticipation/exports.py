"""Taking anticipatory action away: the frameworks and the past of one as tables with their sources, the map and the strip of years as drawings."""

from collections.abc import Sequence
from datetime import date

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from concertation.apps.anticipation import views, words
from concertation.apps.anticipation.calendar import strip_alone
from concertation.apps.anticipation.coverage_map import map_alone
from concertation.apps.anticipation.reading import Listed, Told
from concertation.apps.ground.downloads import FORMATS, language, table_file
from concertation.apps.ground.drawings import DRAWINGS, drawing_file
from concertation.apps.sources.queries import publications
from concertation.apps.sources.taken_sources import of_publication
from concertation.draw.tables import Column, Source, TakenTable, source_lines

FRAMEWORKS = (
    Column(key="id", heading_fr="Cadre", heading_en="Framework code", tag="#activity+code"), Column(key="title_fr", heading_fr="Titre", heading_en="Title (French)", tag="#activity+name+i_fr"),
    Column(key="title_en", heading_fr="Titre (anglais)", heading_en="Title", tag="#activity+name+i_en"), Column(key="state", heading_fr="État", heading_en="State", tag="#country+code"),
    Column(key="hazard", heading_fr="Aléa", heading_en="Hazard", tag="#event+type"), Column(key="status", heading_fr="Statut", heading_en="Status", tag="#status"),
    Column(key="standing", heading_fr="Cette saison", heading_en="This season", tag="#status+season"), Column(key="period", heading_fr="Période de retour publiée, années", heading_en="Published return period, years", tag="#indicator+return_period", numeric=True),
    Column(key="money", heading_fr="Argent agréé", heading_en="Agreed money", tag="#value+agreed", numeric=True), Column(key="currency", heading_fr="Monnaie", heading_en="Currency", tag="#currency+code"),
)  # fmt: skip
PAST = (
    Column(key="window", heading_fr="Fenêtre", heading_en="Window", tag="#activity+window"), Column(key="year", heading_fr="Année", heading_en="Year", tag="#date+year", numeric=True),
    Column(key="fired", heading_fr="A déclenché", heading_en="Fired", tag="#status+fired"),
)  # fmt: skip


def sources_told(names: Sequence[str], *, method: str) -> tuple[Source, ...]:
    """The publications a framework rests on."""
    known = publications(names)
    return tuple(of_publication(name, known, scope=_("cadres d'action anticipée"), method=method) for name in names)


def frameworks_file(every: Sequence[Listed], wanted: str, *, on: date) -> HttpResponse:
    """The frameworks as a table, or their map as a drawing; Http404 for another form."""
    names = sorted({name for each in every for name in each.shown.framework.sources})
    sources = sources_told(names, method=_("fichiers de cadres"))
    if wanted in DRAWINGS:
        title, svg = map_alone(every, "; ".join(source_lines(sources)))
        return drawing_file(svg, wanted, title=title, on=on, sources="\n".join(source_lines(sources)))
    if wanted not in FORMATS:
        raise Http404
    rows = [framework_row(each) for each in every]
    return table_file(TakenTable(title_fr="Cadres d'action anticipée", title_en="Anticipatory action frameworks", columns=FRAMEWORKS, rows=rows, sources=sources), wanted, on=on)


def framework_row(each: Listed) -> dict[str, object]:
    """One framework as a row; what is not known is left empty."""
    held, overall = each.shown.framework, each.shown.framework.backtest.return_periods.get("overall")
    return {
        "id": each.shown.row.slug, "title_fr": held.title.fr, "title_en": held.title.en, "state": held.country, "hazard": words.hazard_words(held.hazard), "status": str(words.STATUSES[held.status]),
        "standing": words.state_words(each.standing) if held.status != "ended" else None, "period": overall, "money": held.money.envelope.amount if held.money else None,
        "currency": held.money.envelope.currency if held.money else None,
    }  # fmt: skip


def framework_file(held: Told, wanted: str, *, on: date) -> HttpResponse:
    """The past years of a framework as a table, or their strip as a drawing; Http404 where no past is known, or for another form."""
    framework = held.shown.framework
    if held.past is None or wanted not in (*DRAWINGS, *FORMATS):
        raise Http404
    method = _("calculé par le produit sur les relevés tenus") if held.is_computed else _("années telles que publiées")
    sources, title = sources_told(sorted(framework.sources), method=method), views.strip_title(held)
    if wanted in DRAWINGS:
        whole = f"{framework.title.told(language())}. {title}"
        return drawing_file(strip_alone(views.windows_named(held), title=whole, language=language()), wanted, title=whole, on=on, sources="\n".join(source_lines(sources)))
    said = {True: _("déclenché"), False: _("non déclenché"), None: _("non connu")}
    rows = [
        {"window": framework.windows[name].label.told(language()), "year": year, "fired": said[years.has(year)]}
        for name, years in held.past.windows.items() for year in range(years.first, years.last + 1)
    ]  # fmt: skip
    return table_file(TakenTable(title_fr=title, title_en=title, columns=PAST, rows=rows, sources=sources), wanted, on=on)
