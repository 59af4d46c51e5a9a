"""What stands behind a threshold, told by the apps above: a heading, and lines with an address each. An app offers it from its `wiring`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from concertation.apps.anticipation.models import Activation
from concertation.core.anticipation.framework import Framework
from concertation.core.sharing import Mandate


@dataclass(frozen=True, slots=True)
class Behind:
    """Rows of another subject on which a threshold rests, as the reader may see them: (words, address)."""

    heading: str
    lines: tuple[tuple[str, str], ...]


Teller = Callable[[Sequence[Mandate], Activation, Framework], Behind | None]
TELLERS: list[Teller] = []


def register(teller: Teller) -> None:
    """An app offers what it holds behind a threshold."""
    if teller not in TELLERS:
        TELLERS.append(teller)


def behind(mandates: Sequence[Mandate], held: Activation, framework: Framework) -> list[Behind]:
    """Everything that stands behind a threshold."""
    return [told for teller in TELLERS if (told := teller(mandates, held, framework)) is not None]
