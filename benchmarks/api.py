"""10,000 rows by the programming interface: time on the server and bytes on the wire, ours beside one object a row and beside Django's own.

10,000 synthetic figures on real departments, written to a throw-away database; each answer is asked for as a client asks, through
every middleware, compressed; by the clock and, beside, of the processor, since other work on the machine moves the clock. The same rows and columns are answered by two peers in the same run, from the same query:

- "objects": one model instance and one pydantic object a row, written by the library, as django-ninja (and HAPI's own FastAPI with its
  ORM) does by itself, compressed by Django's middleware;
- "values": Django's JsonResponse over `.values()`, compressed by Django's middleware: the shortest code one would write.

The rows are held to be equal. Then the same address with its ETag: 304, without content.

    PYTHONPATH=src python benchmarks/api.py [--rows 10000]
"""

import argparse
import gzip
import json
import os
import random
import statistics
import tempfile
from collections.abc import Callable
from datetime import date
from time import perf_counter, process_time
from typing import Any

import django

SEED, RUNS = 20261125, 7
SECTORS, CONCEPTS, GROUPS = ("FSC", "WSH", "HEA", "EDU", "NUT", "SHL"), ("in_need", "targeted", "expected_reach"), ("all", "idp", "refugee", "host")
START, END = date(2024, 1, 1), date(2024, 12, 31)
AIM_MS, AIM_BYTES = 100, 150_000


def median(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """The median milliseconds of several runs, by the clock and of the processor, and the last answer; the first run, which fills what a process keeps, is left out."""
    work()
    waited, spent, answer = [], [], None
    for _ in range(RUNS):
        start, begun = perf_counter(), process_time()
        answer = work()
        waited.append(1000 * (perf_counter() - start))
        spent.append(1000 * (process_time() - begun))
    return statistics.median(waited), statistics.median(spent), answer


def plant(rows: int) -> None:
    """Synthetic figures on every department and province, public, with a fixed seed."""
    from concertation.apps.needs.models import Figure  # noqa: PLC0415
    from concertation.apps.places.models import AdminUnit  # noqa: PLC0415

    chance = random.Random(SEED)
    units = list(AdminUnit.objects.filter(level=2).values_list("pk", "state_id"))
    made = []
    for _ in range(rows):
        unit, state = chance.choice(units)
        made.append(Figure(
            concept=chance.choice(CONCEPTS), unit_id=unit, owner_state=state, sector=chance.choice(SECTORS), group=chance.choice(GROUPS),
            value=chance.randrange(200, 90_000), reference_start=START, reference_end=END, extracted_on=date(2024, 3, 1), source_id="cadre-harmonise-2024-06",
            scope="synthetic", status="operational", sensitivity="public", holder="synthetic",
        ))  # fmt: skip
    Figure.objects.bulk_create(made, batch_size=500)


def peers(rows: int) -> dict[str, Callable[[], bytes]]:
    """The same rows by one object a row, and by `.values()`."""
    from django.db.models import F  # noqa: PLC0415
    from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: PLC0415
    from django.middleware.gzip import GZipMiddleware  # noqa: PLC0415

    from concertation.apps.needs.bulk_reading import FIGURE_PATHS  # noqa: PLC0415
    from concertation.apps.needs.queries import held_figures  # noqa: PLC0415
    from concertation.apps.needs.shapes import FigureRow  # noqa: PLC0415

    asked = HttpRequest()
    asked.META["HTTP_ACCEPT_ENCODING"] = "gzip"
    empty = ("value_text", "scope", "method", "holder")

    def objects() -> bytes:
        shapes = []
        for each in held_figures(()).filter(scope="synthetic").order_by("pk")[:rows]:
            columns = {name: getattr(each, path) for name, path in FIGURE_PATHS.items()}
            shapes.append(FigureRow(**{name: value or None if name in empty else value for name, value in columns.items()}).model_dump(mode="json"))
        answer = HttpResponse(json.dumps({"data": shapes, "next": None}))
        return GZipMiddleware(lambda _: answer)(asked).content

    def values() -> bytes:
        renamed = {name: F(path) for name, path in FIGURE_PATHS.items() if name != path}
        same = [name for name, path in FIGURE_PATHS.items() if name == path]
        held = held_figures(()).filter(scope="synthetic").order_by("pk").annotate(**{f"{name}_": path for name, path in renamed.items()})
        listed = list(held.values(*same, *(f"{name}_" for name in renamed))[:rows])
        answer = JsonResponse({"data": [{name.removesuffix("_"): value for name, value in row.items()} for row in listed], "next": None})
        return GZipMiddleware(lambda _: answer)(asked).content

    return {"objects": objects, "values": values}


def main(rows: int) -> None:
    """Plant the rows, ask each address, tell one line each."""
    # Django is set up for a throw-away node first; what it serves can be imported only after that.
    from django.test import Client  # noqa: PLC0415

    from concertation.apps.access import bearers  # noqa: PLC0415
    from concertation.site import node  # noqa: PLC0415

    node.migrate()
    node.reference.load_if_changed()
    plant(rows)
    bearers.PER_MINUTE = 1_000_000
    client = Client(headers={"Accept-Encoding": "gzip"})
    print(f"{rows:,} synthetic rows, medians of {RUNS}; aim for the table a client of HAPI reads: < {AIM_MS} ms and < {AIM_BYTES // 1000} kB")
    for address in ("/api/v1/hapi/humanitarian-needs", "/api/v1/figures"):
        path = f"{address}?limit={rows}" if "hapi" in address else f"{address}?limit={rows}&source=cadre-harmonise-2024-06&status=operational"
        waited, spent, answer = median(lambda path=path: client.get(path))  # type: ignore[misc]
        told = json.loads(gzip.decompress(answer.content))["data"]
        again, little, unchanged = median(lambda path=path, mark=answer.headers["ETag"]: client.get(path, headers={"If-None-Match": mark}))  # type: ignore[misc]
        assert (answer.status_code, unchanged.status_code, unchanged.content, len(told)) == (200, 304, b"", rows)
        print(f"ours  {address:34} {len(told):>7,} rows  {waited:7.1f} ms ({spent:.1f} of the processor)  {len(answer.content):>9,} bytes   304: {again:6.1f} ms ({little:.1f}), {len(unchanged.content)} bytes")
    ours, mine = spent, sorted(told, key=lambda row: row["id"])
    for name, work in peers(rows).items():
        waited, spent, content = median(work)
        theirs = sorted(json.loads(gzip.decompress(content))["data"], key=lambda row: row["id"])
        assert [(row["id"], row["value"], row["unit"], row["reference_end"]) for row in theirs] == [(row["id"], row["value"], row["unit"], row["reference_end"]) for row in mine]
        print(f"peer  {name + ' (rows of figures)':34} {len(theirs):>7,} rows  {waited:7.1f} ms ({spent:.1f} of the processor)  {len(content):>9,} bytes   ours is {spent / ours:4.1f}x as fast")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=10_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="concertation-benchmark-") as home:
        os.environ["CONCERTATION_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "concertation.site.settings"
        django.setup()
        main(chosen.rows)
