"""Lessons at 100,000: words of either language found among them, as the page of lessons asks; which plurals, accents and languages find each other.

The lessons are synthetic and say so: made with a fixed seed from the words of `search.py`, half in French, half in English, of one State's
reader. Kept through the model, found through the product's own index, on SQLite or on the emptied PostgreSQL database that CONCERTATION_DATABASE names.
Beside the words: the newest twenty without words, and the counts of every choice the page offers. No peer reuses lessons; `search.py` has the peers of the index.

    PYTHONPATH=src python benchmarks/lessons.py            100,000
    PYTHONPATH=src python benchmarks/lessons.py --quick    5,000
"""

import os
import random
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from statistics import median, quantiles
from time import perf_counter, process_time

os.environ["CONCERTATION_HOME"] = tempfile.mkdtemp(prefix="synthetic-lessons-")
os.environ["DJANGO_SETTINGS_MODULE"] = "concertation.site.settings"

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.core.paginator import Paginator  # noqa: E402

from concertation.apps.lessons import queries  # noqa: E402
from concertation.apps.lessons.models import Lesson  # noqa: E402
from concertation.apps.search.commands import refresh  # noqa: E402
from concertation.core.sharing import Mandate, Role  # noqa: E402

SEED, AIM_MS, TODAY, QUESTIONS = 20261129, 20.0, date(2026, 11, 29), 300
READER = (Mandate("synthetic", Role.READER, state="NER"),)
FRENCH = ["distribution", "vivres", "enfants", "ménages", "déplacés", "réfugiés", "eau", "forages", "latrines", "école", "santé", "hôpital", "vaccination", "maladie", "animaux", "abris", "nutrition", "formation", "piste", "pluie", "crue", "récolte"]
ENGLISH = ["distribution", "food", "children", "households", "displaced", "refugees", "water", "boreholes", "latrines", "school", "health", "hospital", "vaccination", "disease", "livestock", "shelters", "nutrition", "training", "road", "rain", "flood", "harvest"]
SYLLABLES = ["ba", "bo", "ca", "da", "di", "do", "fa", "ga", "go", "ka", "ki", "la", "lo", "ma", "mi", "mo", "na", "no", "pa", "ra", "ri", "sa", "so", "ta", "ti", "to", "va", "za"]
PAIRS = (
    (("enfant", "fr"), ("enfants", "fr")), (("hopital", "fr"), ("hôpitaux", "fr")), (("refugie", "fr"), ("réfugiés", "fr")), (("école", "fr"), ("ecoles", "fr")), (("animal", "fr"), ("animaux", "fr")),
    (("children", "en"), ("enfants", "fr")), (("water", "en"), ("eau", "fr")), (("shelters", "en"), ("abri", "fr")), (("latrine", "fr"), ("latrines", "en")), (("flood", "en"), ("inondations", "fr")),
)  # fmt: skip


def words(chance: random.Random, held: list[str], names: list[str]) -> str:
    """A sentence of frequent words and one rarer name."""
    return f"{' '.join(chance.sample(held, 6))} {chance.choice(names)}"


def fill(number: int) -> list[str]:
    """So many lessons of Niger, and the rarer names they hold; the same every time."""
    chance = random.Random(SEED)
    names = ["".join(chance.choice(SYLLABLES) for _ in range(3)).capitalize() for _ in range(5_000)]
    for first in range(0, number, 2_000):
        made = []
        for at in range(first, min(first + 2_000, number)):
            tongue, held = ("fr", FRENCH) if at % 2 else ("en", ENGLISH)
            told = {f"{name}_{tongue}": words(chance, held, names) for name in ("title", "happened", "why", "recommendation")}
            made.append(Lesson(owner_state="NER", sensitivity="public", consent=True, language=tongue, sector="FSC", hazard="flood", written_by="synthetic", written_on=TODAY, crisis="synthetic", **told))
        Lesson.objects.bulk_create(made)
    return names


def page(asked: str) -> int:
    """What the page of lessons asks for some words: those found, the first twenty read."""
    found = Paginator(queries.found(READER, queries.Asked(asked, {}, ""), TODAY), 20).get_page(1)
    return len(list(found))


def questions(names: list[str]) -> list[str]:
    """What people ask: a frequent word, two of them, a rare name, a frequent word and a name."""
    chance, asked = random.Random(SEED + 1), []
    for at in range(QUESTIONS):
        common = chance.choice((FRENCH, ENGLISH))
        asked.append((chance.choice(common), " ".join(chance.sample(common, 2)), chance.choice(names), f"{chance.choice(common)} {chance.choice(names)}")[at % 4])
    return asked


def timed(what: str, ask: Callable[[str], object], asked: list[str]) -> None:
    """Tell the median and the 95th percentile, by the clock and of the processor (of this process alone: PostgreSQL's own is not in it)."""
    spent, worked = list[float](), list[float]()
    for each in asked:
        start, at_work = perf_counter(), process_time()
        ask(each)
        spent.append(1_000 * (perf_counter() - start))
        worked.append(1_000 * (process_time() - at_work))
    for name, took in (("by the clock", spent), ("of the processor", worked)):
        print(f"  {what}, {name}: median {median(took):.1f} ms, 95 of 100 within {quantiles(took, n=20)[-1]:.1f} ms")


def unified() -> int:
    """How many pairs of words find each other's lesson: two lessons a pair, one with each word, and nothing else."""
    sides = [[Lesson(owner_state="NER", sensitivity="public", consent=True, language=tongue, written_by="synthetic", written_on=TODAY, **{f"title_{tongue}": f"synthetic {word}"}) for word, tongue in ends] for ends in PAIRS]
    Lesson.objects.bulk_create([each for side in sides for each in side])
    refresh("NER")
    found = 0
    for side, ends in zip(sides, PAIRS, strict=True):
        wanted = {each.pk for each in side}
        found += all(wanted <= {each.pk for each in queries.found(READER, queries.Asked(word, {}, ""), TODAY)} for word, _tongue in ends)
    Lesson.objects.all().delete()
    refresh("NER")
    return found


if __name__ == "__main__":
    call_command("migrate", verbosity=0, interactive=False)
    print(f"  {unified()} of {len(PAIRS)} pairs of words find each other")
    number = 5_000 if "--quick" in sys.argv else 100_000
    names, began = fill(number), perf_counter()
    refresh("NER")
    print(f"  {number:,} synthetic lessons made findable in {perf_counter() - began:.0f} s")
    timed(f"words to the first page (aim {AIM_MS:g} ms)", page, questions(names))
    timed("the newest, without words", page, [""] * 20)
    timed("counts of every choice", lambda _words: queries.facets(READER), [""] * 20)
