"""Cut points: thresholds that follow the members, as frozen data of the rule file (formulas 4.1, F18).

A rule names one by its YAML anchor. Between two measurements it stands still, so no member changes class by what others do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from models.features import Feature
from models.rules.condition import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A quantile of a feature over members."""

    feature: Feature
    category: str | None
    """Category of which it is a quantile of all prices paid; the feature is then the highest of them."""
    days: int
    """Of how many days these prices are."""
    quantile: float
    """Share of the members, above 0 and below 1."""
    among: Condition | None
    """Which members; all of whom the value is known if none."""
    value: float | int
    """As it was measured last."""
    end: int
    """Where the value ends in the text of the file."""
    written: str
    """The value as the file has it."""


def cut_point(values: Sequence[float], quantile: float) -> float:
    """The smallest of ``values`` that at least a share ``quantile`` of them do not exceed. There must be some."""
    return sorted(values)[max(ceil(quantile * len(values)), 1) - 1]
