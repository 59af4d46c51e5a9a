"""Where money comes from and where it goes, as a drawing of streams and its table: giver, fund, country, cluster."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from concertation.apps.funding.code_names import cluster_in_words
from concertation.apps.funding.counting import OURS, Money
from concertation.apps.funding.words import in_millions, whole_dollars
from concertation.core.funding import total
from concertation.core.funding_streams import DIRECT, DONORS, SEVERAL, UNSAID, Stream, streams
from concertation.draw.flows import FlowWords, column_of, flow_picture, summed, together
from concertation.draw.tables import Column, Source, TakenTable

MOST_NAMES, ROWS_SHOWN = 8, 25
COLUMNS = (
    Column(key="giver", heading_fr="Bailleur", heading_en="Giver", tag="#org+name+funder"), Column(key="fund", heading_fr="Fonds", heading_en="Fund", tag="#org+name+fund"),
    Column(key="place", heading_fr="Pays", heading_en="Country", tag="#country+name"), Column(key="cluster", heading_fr="Cluster", heading_en="Cluster", tag="#sector+cluster+name"),
    Column(key="amount", heading_fr="Montant compté (USD)", heading_en="Amount counted (USD)", tag="#value+funding+usd", numeric=True, total=True),
)  # fmt: skip


def found(money: Money, names: Mapping[str, str]) -> list[Stream]:
    """The streams in the reader's words; countries by the names of the States held."""
    return [
        Stream(named(line.giver, _("plusieurs bailleurs")), named(line.fund, ""), named(names.get(line.place, line.place), _("plusieurs pays")), named(cluster(line.cluster), _("plusieurs clusters")), line.minor)
        for line in streams(money.frame, money.counted[OURS])
    ]


def named(name: str, several: str) -> str:
    """A name, or what stands where there is none or more than one."""
    return {SEVERAL: several, UNSAID: _("non dit"), DIRECT: _("sans fonds commun"), DONORS: _("bailleurs du fonds")}.get(name, name)


def cluster(name: str) -> str:
    """A global cluster in the reader's words."""
    return name if name in (SEVERAL, UNSAID) else cluster_in_words(name)


def title() -> str:
    """What the drawing shows."""
    return _("D'où vient l'argent et où il va")


def drawing(lines: Sequence[Stream]) -> SafeString:
    """The streams as SVG; empty where there is no money."""
    rows = together(lines, most=MOST_NAMES, others=_("autres"))
    amounts = {amount: in_millions(amount) for at in range(len(Stream._fields) - 1) for amount in summed(column_of(rows, at)).values()}
    words = FlowWords(title(), (_("Bailleur"), _("Fonds"), _("Pays"), _("Cluster")), _("autres"), amounts)
    return mark_safe(flow_picture(rows, words))  # noqa: S308 — every word in it was escaped by draw.svg


def sentence(money: Money, lines: Sequence[Stream]) -> str:
    """How much money, through funds or not, and to how many clusters nobody said."""
    counted = total(money.counted[OURS])
    if not lines:
        return _("Aucun flux ouvert à votre lecture ne compte pour ce choix.")
    by_fund = sum(line.minor for line in lines if line.fund != _("sans fonds commun"))
    unsaid = sum(line.minor for line in lines if line.cluster == _("non dit"))
    return _("%(counted)s comptés : %(fund)s passent par un fonds commun, %(unsaid)s ne disent pas leur cluster.") % {"counted": in_millions(counted), "fund": in_millions(by_fund), "unsaid": in_millions(unsaid)}


def table(lines: Sequence[Stream], exports: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The streams as a table, the greatest first."""
    keys = (("giver", _("Bailleur"), False), ("fund", _("Fonds"), False), ("place", _("Pays"), False), ("cluster", _("Cluster"), False), ("amount", _("Montant"), True))
    rows = [{"giver": line.giver, "fund": line.fund, "place": line.place, "cluster": line.cluster, "amount": whole_dollars(line.minor)} for line in lines[:ROWS_SHOWN]]
    return {
        "id": "streams", "caption": _("Le même dessin en tableau"), "columns": [{"key": key, "label": label, "numeric": numeric, "sortable": False} for key, label, numeric in keys], "rows": rows,
        "exports": exports if rows else [], "note": _("Les plus grands d'abord ; le fichier les tient tous.") if len(lines) > ROWS_SHOWN else "",
        "empty": {"title": _("Aucun flux"), "text": _("Un fichier de FTS s'apporte par « Fichiers reçus ».")},
    }  # fmt: skip


def taken(lines: Sequence[Stream], sources: tuple[Source, ...]) -> TakenTable:
    """Every stream, to take away."""
    rows = [{**line._asdict(), "amount": line.minor // 100 if line.minor % 100 == 0 else line.minor / 100} for line in lines]
    return TakenTable(title_fr="D'où vient l'argent et où il va", title_en="Where the money comes from and where it goes", columns=COLUMNS, rows=[{key: row[key] for key in ("giver", "fund", "place", "cluster", "amount")} for row in rows], sources=sources)
