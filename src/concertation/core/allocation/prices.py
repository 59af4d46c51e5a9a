"""The prices of one stage, in plain units, as the certificate needs them: whoever holds them can bound the best answer there is.

Money is counted in units of `Question.scale`. `cells` is what one such unit in a cell is worth to the stage's aim, `groups` what a
floor costs it, `shares` what a local share costs, `gain` and `freedom` what holding the earlier aims costs, `more` and `less`
what staying near an earlier plan costs.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np

from concertation.core.solver import Numbers

Aim = Literal["floor", "most-good", "freedom-kept", "least-change"]


@dataclass(frozen=True)
class StagePrices:
    """One solved stage: its aim, the floor of each group (None while it rises with this stage), and its prices.

    Arrays run over all cells, groups or classes of the question, zero where a thing has no price.
    """

    aim: Aim
    floors: tuple[Fraction | None, ...]
    cells: Numbers
    groups: Numbers
    shares: Numbers
    gain: float = 0.0
    freedom: float = 0.0
    more: Numbers = field(default_factory=lambda: np.zeros(0))
    less: Numbers = field(default_factory=lambda: np.zeros(0))
