"""How often the spike detector cries wolf, and how surely it sees a spike: a simulated population of groups.

Leaves are drawn with numpy, group by group, and folded by the pure model of the groups agent, unchanged. Without
``--spikes`` nothing is the matter, so every alert is false. With it each group is struck now and then, and the power
is told by what was expected and by how long the spike took.

    ./run python -m benchmarks.population --groups 5000 --days 60
    ./run python -m benchmarks.population --groups 5000 --days 60 --spikes
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.calendar import Calendar
from models.groups import GroupParams, Groups, GroupState
from schemas.facts import Alert
from schemas.view import Event

START = 1_767_542_400_000
"""2026-01-05T00:00:00 in Shanghai, a Monday."""
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SPREADS = (2, 10, 30, 60)
"""Minutes over which the leaves of an injected spike are spread, evenly at random."""
EXPECTED = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0)
"""Bounds of the classes of expected leaves an hour, by which power is told."""


@dataclass(frozen=True)
class Nature:
    """What the population is like; every group draws its own."""

    median_size: float = 120.0
    daily_loss: float = 0.008
    """Median share of a group that leaves a day; log-normal with sigma 0.9 over the groups."""
    noise: float = 0.3
    """Coefficient of variation of the rate from hour to hour (Gamma), beyond the seasons."""
    young_days: int = 21
    """Spikes strike only after this many days: what a detector can say of a group that it does not know is not the
    question here."""
    gap_days: float = 5.0
    """Mean days between the spikes of a group."""


@dataclass(frozen=True)
class Struck:
    """An injected spike: times in ms, ``hourly`` is the true expected number of leaves in the hour from its start."""

    start: int
    end: int
    leaves: int
    hourly: float


@dataclass(frozen=True)
class Life:
    """A group's size, the times of its leaves (ms, sorted) and the spikes among them."""

    size: int
    leaves: list[int]
    struck: list[Struck]


def season(chance: np.random.Generator) -> np.ndarray:
    """Relative rate of each hour of the week, mean 1: nights quiet, one or two peaks, a weekend of its own."""
    hours = np.arange(24)
    noon, evening = chance.normal(12.5, 1.0), chance.normal(20.5, 1.0)
    day = 0.1 + chance.uniform(0.3, 1.0) * np.exp(-(((hours - noon) / 3) ** 2))
    day = day + chance.uniform(0.5, 1.5) * np.exp(-(((hours - evening) / 2.5) ** 2))
    week = np.concatenate([day * factor for factor in [1, 1, 1, 1, 1, *chance.uniform(0.6, 1.8, 2)]])
    return week / week.mean()


def life(chance: np.random.Generator, nature: Nature, days: int, spikes: bool) -> Life:
    """One group, from the first to the last day."""
    size = int(np.clip(chance.lognormal(np.log(nature.median_size), 0.8), 20, 500))
    loss = min(0.3, chance.lognormal(np.log(nature.daily_loss), 0.9))
    hourly = np.resize(season(chance), days * 24) * size * loss / 24
    noisy = hourly * chance.gamma(nature.noise**-2, nature.noise**2, hourly.size) if nature.noise else hourly
    counts = chance.poisson(noisy)
    at = START + (np.repeat(np.arange(hourly.size), counts) + chance.random(counts.sum())) * HOUR
    struck = list(strike(chance, nature, hourly, size)) if spikes else []
    waves = [one.start + chance.random(one.leaves) * (one.end - one.start) for one in struck]
    return Life(size, np.sort(np.concatenate([at, *waves]).astype(np.int64)).tolist(), struck)


def strike(chance: np.random.Generator, nature: Nature, hourly: np.ndarray, size: int) -> Iterator[Struck]:
    """Spikes of three times what the hour from their start expects, at least 5 leaves and 2 % of the group."""
    at = float(nature.young_days)
    while (at := at + 0.5 + chance.exponential(nature.gap_days - 0.5)) < hourly.size / 24 - 0.1:
        start = START + int(at * DAY)
        number, part = divmod((start - START) / HOUR, 1)
        usual = hourly[int(number)] * (1 - part) + hourly[int(number) + 1] * part
        leaves = int(np.ceil(max(5, 3 * usual, 0.02 * size)))
        yield Struck(start, start + int(chance.choice(SPREADS)) * MINUTE, leaves, float(usual))


class Play:
    """Folds lives into the states of the model; keeps the alerts that opened."""

    def __init__(self, params: GroupParams) -> None:
        self.groups = Groups(params, Calendar())
        self.events = 0

    def run(self, name: str, lived: Life) -> list[Alert]:
        """Whoever leaves is replaced at once by somebody new; alerts of the group when they opened."""
        state = self.groups.initial("default", name)
        state.members = {f"m{number}": START << 1 | 1 for number in range(lived.size)}
        state.size = lived.size
        present = list(state.members)
        opened: list[Alert] = []
        for number, at in enumerate(lived.leaves):
            opened += self.groups.fire_due(state, at)
            place = number * 7919 % lived.size
            opened += self._fold(state, "group.left", present[place], at, 2 * number)
            present[place] = f"n{number}"
            self._fold(state, "group.joined", present[place], at, 2 * number + 1)
            if number % 50 == 0:
                self.groups.drain(state, at)
        return [alert for alert in opened if alert.state == "opened"]

    def _fold(self, state: GroupState, type_: str, member: str, at: int, offset: int) -> list[Alert]:
        self.events += 1
        event = Event(
            event_id=f"{offset}", kind="join", type=type_, ts=at, member_id=member, group_id=state.group_id
        )
        return self.groups.fold(state, event, 0, offset)


class Tally:
    """What became of the population."""

    def __init__(self) -> None:
        self.false: list[Alert] = []
        self.struck: Counter[tuple[str, str]] = Counter()
        self.seen: Counter[tuple[str, str]] = Counter()
        self.leaves = 0

    def add(self, lived: Life, opened: list[Alert]) -> None:
        """Spikes that an alert opened for, and alerts that opened for none.

        A spike is found when a churn spike opens between its first and last leave. Alerts of every kind count as false,
        but in the hour and a half after a spike, which still belong to it.
        """
        self.leaves += len(lived.leaves)
        for one in lived.struck:
            kind = class_of(one.hourly), f"{(one.end - one.start) // MINUTE} min"
            found = any(
                one.start <= alert.opened_at <= one.end for alert in opened if alert.kind == "churn_spike"
            )
            self.struck[kind] += 1
            self.seen[kind] += found
        self.false += [
            alert
            for alert in opened
            if not any(one.start <= alert.opened_at <= one.end + 90 * MINUTE for one in lived.struck)
        ]


def class_of(hourly: float) -> str:
    """The class of an expected number of leaves an hour."""
    return next((f"< {bound:g}" for bound in EXPECTED if hourly < bound), f">= {EXPECTED[-1]:g}")


def measure(
    groups: int, days: int, spikes: bool, seed: int, nature: Nature, params: GroupParams
) -> dict[str, Any]:
    """The figures of a population of so many groups and days."""
    begin = time.process_time()
    play, tally = Play(params), Tally()
    for number in range(groups):
        lived = life(np.random.default_rng([seed, number]), nature, days, spikes)
        tally.add(lived, play.run(f"g{number}", lived))
    figures: dict[str, Any] = {
        "groups": groups,
        "days": days,
        "seed": seed,
        "leaves": tally.leaves,
        "false_alerts": len(tally.false),
        "false_alerts_per_day_in_5000_groups": round(len(tally.false) / days / groups * 5000, 3),
        "cpu_seconds": round(time.process_time() - begin, 1),
        "false": [tell(alert) for alert in tally.false],
    }
    if spikes:
        struck, seen = sum(tally.struck.values()), sum(tally.seen.values())
        figures |= {"spikes": struck, "found": seen, "power": round(seen / max(1, struck), 4)}
        figures["by_class"] = by_class(tally)
    return figures


def by_class(tally: Tally) -> list[list[str]]:
    """Power by expected leaves an hour (rows) and minutes of the spike (columns), with the number of spikes."""
    spreads = [f"{minutes} min" for minutes in SPREADS]
    rows = [["expected an hour", *spreads, "all"]]
    for name in [*(f"< {bound:g}" for bound in EXPECTED), f">= {EXPECTED[-1]:g}"]:
        cells = [(tally.seen[name, spread], tally.struck[name, spread]) for spread in spreads]
        cells.append((sum(seen for seen, _ in cells), sum(struck for _, struck in cells)))
        rows.append([name, *(f"{seen / struck:.3f} of {struck}" if struck else "" for seen, struck in cells)])
    return rows


def tell(alert: Alert) -> str:
    """An alert in one line."""
    day = (alert.opened_at - START) // DAY
    return (
        f"{alert.group_id} day {day} {alert.kind}: {alert.observed} of {alert.members}, expected {alert.expected:.3f} "
        f"in {alert.window_seconds} s, p {alert.p_value:.1e}"
    )


def show(figures: dict[str, Any], with_list: bool) -> None:
    """Print the figures."""
    for name, value in figures.items():
        if not isinstance(value, list):
            print(f"{name:38} {value}")
    rows = figures.get("by_class", [])
    for row in rows:
        print("  ".join(cell.ljust(18) for cell in row))
    for line in figures["false"] if with_list else []:
        print(f"false: {line}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--groups", type=int, default=5000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--spikes", action="store_true", help="strike groups now and then")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--noise", type=float, default=Nature.noise, help="variation of the rate from hour to hour"
    )
    parser.add_argument(
        "--loss", type=float, default=Nature.daily_loss, help="median share that leaves a day"
    )
    parser.add_argument("--list", action="store_true", help="tell every false alert")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    nature = Nature(noise=arguments.noise, daily_loss=arguments.loss)
    figures = measure(
        arguments.groups, arguments.days, arguments.spikes, arguments.seed, nature, GroupParams()
    )
    if arguments.json:
        print(json.dumps(figures, indent=2))
    else:
        show(figures, arguments.list)


if __name__ == "__main__":
    main()
