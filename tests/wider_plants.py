"""More rows planted for the walk of access, where the other tests' pages need none: funds and who holds them, places of grants, published totals, who is expected or leads, columns and names of places retained."""

from collections.abc import Sequence
from dataclasses import dataclass

from access_plants import UNITS, Planted
from activity_samples import END
from concertation.apps.funding.models import FlowParty, Fund, FundCode, GrantPlace, Party
from concertation.apps.mobilisation.models import PublicTotals
from concertation.apps.mobilisation.publishing.queries import as_json
from concertation.apps.needs.models import Sector
from concertation.apps.places.models import RememberedName
from concertation.apps.sources.models import ExpectedReporter, SavedMapping, SectorLead
from concertation.core.mobilisation.totals import Protected


@dataclass(frozen=True)
class Wider:
    """The rows of a plot that addresses need."""

    fund: Fund
    totals: PublicTotals
    mapping: SavedMapping


def plant_wider(plants: Sequence[Planted]) -> dict[int, Wider]:
    """The rows by number of the plot; each plot's organisation leads a sector of its own, as one leads at a time."""
    sectors = Sector.objects.order_by("code").values_list("code", flat=True)
    return {each.plot.number: plant_one(each, sector) for each, sector in zip(plants, sectors, strict=False)}


def plant_one(each: Planted, sector: str) -> Wider:
    """A row of each of these tables in a plot."""
    plot, keys, mark = each.plot, each.plot.keys, each.plot.mark("z")
    party = Party.objects.create(known_as=mark, name_fr=mark, name_en=mark, party_type="government", **keys)
    fund: Fund = Fund.objects.create(party=party, name_fr=mark, name_en=mark, kind="national_fund", currency="XOF", earmark_text=mark, registered_by="u-synthetic", **keys)
    FlowParty.objects.create(flow=each.flow, party=party, role="source")
    FundCode.objects.create(import_run=each.run, row=2, code_list="clusters", code=mark, name=mark, currency="USD", raw_sha256=mark, **keys)
    GrantPlace.objects.create(import_run=each.run, row=2, code=each.flow.flow, cluster=mark, places=[mark], amount_minor=100, currency="USD", year=2022, raw_sha256=mark, **keys)
    totals: PublicTotals = PublicTotals.objects.create(as_of=END, pledges=7, content=as_json(Protected((), 7)), **keys)
    ExpectedReporter.objects.create(period=each.period, organisation=each.organisation, rule="added", **keys)
    SectorLead.objects.create(sector=sector, year=2022, organisation=each.organisation, since=END, named_by="u-synthetic", **keys)
    mapping = SavedMapping.objects.create(state=plot.state, kind="presence-5w", signature=plot.mark("q"), columns={"A": "org"}, headings={"A": plot.mark("q")}, name=plot.mark("q"), author="u-synthetic")
    RememberedName.objects.create(state=plot.state, level=2, folded=plot.mark("q"), context=plot.mark("q"), unit_id=UNITS[plot.state], author="u-synthetic")
    return Wider(fund, totals, mapping)
