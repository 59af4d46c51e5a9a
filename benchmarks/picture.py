"""The picture over 500,000 activities: read from summaries, as a page does, and counted anew from the activities.

The activities are synthetic and say so: real departments and communes of Niger, invented organisations, a fixed seed. The summaries
are written to a throw-away database with a report that covers the period; `scenes` then reads need, presence and what may be said
of silence on every department, as the situation page does for a reader of the State. Recomputing counts all units, levels and
sectors from the activities in memory. There is no peer: no published tool keeps this picture; the ratio is ours to ours.

    PYTHONPATH=src python benchmarks/picture.py
"""

import os
import random
import statistics
import tempfile
from collections.abc import Callable
from datetime import date
from time import perf_counter
from typing import Any

import django
import polars as pl

ROWS, SEED, RUNS, ORGANISATIONS = 500_000, 20250809, 3, 300
SECTORS = ("FSC", "WSH", "HEA", "EDU", "NUT", "SHL")
START, END, ON = date(2022, 1, 1), date(2022, 2, 28), date(2024, 8, 31)
DIVISION = "ner-2011"


def synthetic_links(units: list[str]) -> pl.DataFrame:
    """Half a million activities, each in one unit: record, unit, sector, organisation."""
    chance = random.Random(SEED)
    columns = {
        "record": range(ROWS), "unit": chance.choices(units, k=ROWS), "sector": chance.choices(SECTORS, k=ROWS),
        "organisation": [f"SYN-{number:03}" for number in chance.choices(range(ORGANISATIONS), k=ROWS)],
    }
    return pl.DataFrame(columns)


def median(work: Callable[[], Any], times: int = RUNS) -> tuple[float, Any]:
    """The median seconds of several runs, and the last answer."""
    seconds, answer = [], None
    for _ in range(times):
        start = perf_counter()
        answer = work()
        seconds.append(perf_counter() - start)
    return statistics.median(seconds), answer


def main() -> None:
    """Make the node, count, store the summaries, read the page's scenes; one line each."""
    # Django is set up for a throw-away node first; its models can be imported only after that.
    from concertation.apps.picture.commands import tree_of  # noqa: PLC0415
    from concertation.apps.picture.models import PresenceSummary  # noqa: PLC0415
    from concertation.apps.picture.queries import Asked, scenes  # noqa: PLC0415
    from concertation.apps.presence.models import Report  # noqa: PLC0415
    from concertation.apps.sources.models import ImportRun, RawFile  # noqa: PLC0415
    from concertation.core import picture  # noqa: PLC0415
    from concertation.core.sharing import Mandate, Role  # noqa: PLC0415
    from concertation.site import node  # noqa: PLC0415

    node.migrate()
    node.reference.load_if_changed()
    tree = tree_of("NER", DIVISION)
    links = synthetic_links(tree.filter(pl.col("level") >= 2)["unit"].unique().sort().to_list())
    anew, counted = median(lambda: picture.presence(links, tree))

    file = RawFile.objects.create(sha256="0" * 64, name="synthetic", size=0)
    shared = {"owner_state": "NER", "holder": "synthetic", "sensitivity": "restricted"}
    run = ImportRun.objects.create(file=file, kind="presence-5w", status="stored", by="benchmark", **shared)
    Report.objects.create(import_run=run, period_start=START, period_end=END, sectors=list(SECTORS), organisations=ORGANISATIONS, **shared)
    told = {"owner_state": "NER", "audience": "restricted", "division": DIVISION, "period_start": START, "period_end": END}
    rows = [PresenceSummary(unit_id=line.pop("unit"), **line, **told) for line in counted.to_dicts()]
    PresenceSummary.objects.bulk_create(rows, batch_size=500)

    reader = (Mandate("benchmark", Role.READER, state="MLI"),)
    asked = [Asked("NER", 2, DIVISION, "FSC", ON)]
    scenes(reader, asked)
    kept, shown = median(lambda: scenes(reader, asked))
    same = counted.filter((pl.col("level") == 2) & (pl.col("sector") == "FSC")).select("unit", "organisations", "activities")
    assert {row.unit.pk: (row.organisations, row.activities) for row in shown[0].rows if row.activities} == {u: (o, a) for u, o, a in same.iter_rows()}
    print(f"{'activities':>10}  {'summary rows':>12}  {'counted anew s':>14}  {'from summaries s':>16}  {'ratio':>6}  synthetic rows, medians of {RUNS}, equal counts")
    print(f"{ROWS:>10,}  {len(rows):>12,}  {anew:>14.3f}  {kept:>16.3f}  {anew / kept:>5.1f}x  (page: need and presence of {len(shown[0].rows)} departments)")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="concertation-benchmark-") as home:
        os.environ["CONCERTATION_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "concertation.site.settings"
        django.setup()
        main()
