"""Types of groups by how they grow (F28 ``growth_type``), and what is believed of one before it is known (F55)."""

from collections.abc import Mapping
from typing import Final

PRIOR_RATES: Final[Mapping[str, float]] = {
    "traffic": 0.02,
    "流量型": 0.02,
    "flash": 0.01,
    "快闪型": 0.01,
}
"""Leaves per member-hour of types that lose far more than others: a traffic group goes from 500 to 160 in a night and lives a
week (G06), a flash group ends with its campaign (G07). Every other type has `GroupParams.prior_rate`."""
