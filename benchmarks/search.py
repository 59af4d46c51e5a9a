"""Search among 100,000 and 500,000 French texts: time of a question, and which pairs of words find each other, beside two plainer ways.

The texts are synthetic and say so: sentences put together with a fixed seed from the words below, plural and singular, accented and not, as
activities of one State. Ours is the product's own question (index, guards, limits, the rows read through `visible_to`), asked as
nobody signed in and as a State's reader. Peers, on the same texts in the same run: FTS5 with its own `unicode61` over the plain text
ranked by `bm25`, and LIKE over the plain text, as a page without an index does; the best 20 of each. With CONCERTATION_DATABASE naming a
PostgreSQL database that may be filled and emptied, ours runs there and the peer is `to_tsvector('french', ...)` with `ts_rank`.

    PYTHONPATH=src python benchmarks/search.py            both sizes
    PYTHONPATH=src python benchmarks/search.py --quick    20,000 texts
"""

import os
import random
import re
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from time import perf_counter, process_time
from typing import Any

os.environ["CONCERTATION_HOME"] = tempfile.mkdtemp(prefix="synthetic-search-")
os.environ["DJANGO_SETTINGS_MODULE"] = "concertation.site.settings"

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from concertation.apps.search import commands, queries  # noqa: E402
from concertation.apps.search.kinds import KINDS, Kind, Thing, offer  # noqa: E402
from concertation.apps.search.models import SearchEntry  # noqa: E402
from concertation.core.sharing import Mandate, Role  # noqa: E402

SEED, AIM_MS = 20261125, 20.0
OURS = "ours, State's reader"
READER = (Mandate("synthetic", Role.READER, state="NER"),)
NOBODY: tuple[Mandate, ...] = ()
PAIRS = (
    ("enfant", "enfants"), ("animal", "animaux"), ("hôpital", "hôpitaux"), ("vaccin", "vaccination"), ("maladie", "maladies"), ("distribution", "distributions"),
    ("réfugié", "refugies"), ("école", "ecoles"), ("abri", "abris"), ("l'eau", "eau"), ("déplacé", "déplacées"), ("latrine", "latrines"),
)  # fmt: skip
WORD = re.compile(r"[\w']+")
COMMON = WORD.findall(
    "distribution distributions vivres enfants enfant femmes ménages déplacés déplacées réfugiés réfugié eau l'eau forage forages latrines latrine école écoles santé "
    "hôpital hôpitaux vaccination vaccin vaccins maladie maladies animaux animal abri abris nutrition formation formations kits appui sensibilisation communauté protection",
)
JOINING = WORD.findall("de des du pour avec dans la les le et aux sur")
SYLLABLES = WORD.findall("ba bo ca da di do fa ga go ka ki la lo ma mi mo na no pa ra ri sa so ta ti to va za")


def texts(number: int) -> list[str]:
    """So many sentences: frequent words of the field, rarer made-up names, a code now and then; the same ones every time."""
    chance = random.Random(SEED)
    names = ["".join(chance.choice(SYLLABLES) for _ in range(3)).capitalize() for _ in range(5_000)]
    weights = [1 / rank for rank in range(1, len(names) + 1)]
    made = []
    for at in range(number):
        field, rare = chance.choices(COMMON, k=chance.randint(3, 12)), chance.choices(names, weights, k=chance.randint(1, 4))
        words = [word for pair in zip(field, chance.choices(JOINING, k=len(field)), strict=True) for word in pair]
        made.append(f"{' '.join(words)} {' '.join(rare)} NER{at % 900:03} synthétique")
    return made


def questions(held: Sequence[str]) -> list[str]:
    """Three hundred questions as people ask them: a frequent word, two words, a rare name, its beginning, a code, words that are nowhere."""
    chance, asked = random.Random(SEED + 1), []
    for _ in range(50):
        rare = chance.choice(held).split()[-3]
        asked += [chance.choice(COMMON), " ".join(chance.sample(COMMON, 2)), rare, rare[:4], f"{chance.choice(COMMON)} {rare[:3]}", f"NER{chance.randint(0, 899):03}"]
    return asked


def stored(held: Sequence[str]) -> float:
    """Write the entries and settle the index as a refresh does, a fifth of them public; gives back the seconds."""
    SearchEntry.objects.all().delete()
    kind = Kind("activity", 3, "synthetic", frozenset(), lambda chain: {}, lambda chain, keys: ())
    KINDS.clear()
    offer(kind)
    begun = perf_counter()
    for first in range(0, len(held), 2_000):
        things = [
            Thing(f"{at}", "NER", "synthetic", "public" if at % 5 == 0 else "confidential", held[at][:160], held[at][:160], "/", held[at][:12].lower(), texts=(held[at],), state="NER", sector="FSC", weight=at % 400)
            for at in range(first, min(first + 2_000, len(held)))
        ]  # fmt: skip
        commands.store(kind, "NER", things, {thing.key: "" for thing in things})
    commands.settle()
    return perf_counter() - begun


def plain_tables(held: Sequence[str]) -> None:
    """The same texts for the peers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS plain_words")
        cursor.execute("DROP TABLE IF EXISTS plain_text")
        cursor.execute("CREATE TABLE plain_text (id integer PRIMARY KEY, said text)")
        cursor.executemany("INSERT INTO plain_text (id, said) VALUES (%s, %s)", list(enumerate(held)))
        if connection.vendor == "sqlite":
            cursor.execute("CREATE VIRTUAL TABLE plain_words USING fts5(said, content='plain_text', content_rowid='id')")
            cursor.execute("INSERT INTO plain_words (plain_words) VALUES ('rebuild')")
        else:
            cursor.execute("ALTER TABLE plain_text ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('french'::regconfig, said)) STORED")
            cursor.execute("CREATE INDEX plain_words ON plain_text USING gin (words)")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def rows(statement: str, *values: Any) -> list[Any]:
    """The answer of the engine."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def engines_own(asked: str) -> list[Any]:
    """The engine's own reading of the words, its own ranking."""
    if connection.vendor == "sqlite":
        terms = " ".join(f'"{word}"' for word in asked.replace("'", " ").split())
        return rows("SELECT rowid FROM plain_words WHERE plain_words MATCH %s ORDER BY rank LIMIT 20", terms)
    return rows("SELECT id FROM plain_text, plainto_tsquery('french', %s) AS q WHERE words @@ q ORDER BY ts_rank(words, q) DESC LIMIT 20", asked)


def scanned(asked: str) -> list[Any]:
    """What a page without an index does."""
    return rows("SELECT id FROM plain_text WHERE lower(said) LIKE %s ORDER BY id LIMIT 20", f"%{asked.lower()}%")


def timed(ask: Callable[[str], object], asked: Sequence[str]) -> tuple[float, float, float, float]:
    """Median and 95th percentile in milliseconds, by the clock and of the processor, after one question to wake the engine."""
    ask(asked[0])
    spent, worked = [], []
    for question in asked:
        begun, at_work = perf_counter(), process_time()
        ask(question)
        spent.append((perf_counter() - begun) * 1_000)
        worked.append((process_time() - at_work) * 1_000)
    return statistics.median(spent), statistics.quantiles(spent, n=20)[-1], statistics.median(worked), statistics.quantiles(worked, n=20)[-1]


def unified(found: Callable[[str], set[int]]) -> int:
    """How many pairs find the texts of both words by either word."""
    return sum({at, at + len(PAIRS)} <= found(one) & found(other) for at, (one, other) in enumerate(PAIRS))


def recall() -> str:
    """Pairs unified by ours, by the engine's own reading and by scanning: two texts a pair, one with each word."""
    sample = [f"{word} synthétique" for words in zip(*PAIRS, strict=True) for word in words]
    stored(sample)
    plain_tables(sample)

    def ours(word: str) -> set[int]:
        return {int(each.key) for group in queries.search(READER, f"{word} ", most=queries.MOST).groups for each in group.found}

    def keys(ask: Callable[[str], list[Any]]) -> Callable[[str], set[int]]:
        return lambda word: {line[0] for line in ask(word)}

    return f"pairs that find each other: ours {unified(ours)} of {len(PAIRS)}, the engine's own reading {unified(keys(engines_own))}, LIKE {unified(keys(scanned))}"


def main() -> None:
    """Both sizes, one line each way."""
    call_command("migrate", verbosity=0, interactive=False)
    print(f"{connection.vendor}; synthetic texts; milliseconds a question (median, 95th percentile) by the clock and of this process's processor; aim of ours at 100,000: {AIM_MS:g} ms")
    print(recall())
    for size in (20_000,) if "--quick" in sys.argv else (100_000, 500_000):
        held = texts(size)
        seconds, asked = stored(held), questions(held)
        plain_tables(held)
        ways: dict[str, Callable[[str], object]] = {
            "ours, nobody signed in": lambda words: queries.search(NOBODY, words, most=5), OURS: lambda words: queries.search(READER, words, most=5),
            "ours, while typing": lambda words: queries.suggestions(READER, words), "engine's own, best 20": engines_own, "LIKE, first 20": scanned,
        }  # fmt: skip
        print(f"{size:>9,} texts written in {seconds:.0f} s ({size / seconds:,.0f} a second)")
        found = {name: timed(ask, asked) for name, ask in ways.items()}
        for name, (median, high, usual, most) in found.items():
            against = "" if name.startswith("ours") else f"   {high / found[OURS][1]:.1f}x ours"
            print(f"{'':>9} {name:26} {median:8.2f} {high:8.2f}   of the processor {usual:8.2f} {most:8.2f}{against}", flush=True)


if __name__ == "__main__":
    main()
