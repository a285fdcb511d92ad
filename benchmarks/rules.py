"""What a large rule file costs: its check at the start, and the CPU of an event, against the shipped rules.

    python -m benchmarks.rules                      500 generated rules, against `default` and `full`
    python -m benchmarks.rules --write FILE         write the generated file and end

The generated rules differ in what they read: features by name, counts, sums, shares, days since and commonest words in
windows of many lengths, joints, other tags, families, two thresholds, stays and graces. Every file judges the same events
(`benchmarks.workload`) with fresh members, in turn; CPU is that of folding, firing timers and judging, with
no decoding, network or writing.
"""

import argparse
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time, time_ns
from typing import Any, Final

from benchmarks.meter import machine, print_table, spread
from benchmarks.workload import DAY_MS, Made, make
from models.calendar import Calendar
from models.features import BY_ID, Course, Feature
from models.measures import COUNTS, SUMS, WORDS
from models.members import Members
from models.rules import RuleSet, compile_rules
from models.state import MemberState
from schemas.rows import source_number
from schemas.view import Event, read_event
from streams.decisions import member_params, shipped_rules
from streams.settings import Settings

SEED: Final = 20260101
WINDOWS: Final = (1, 3, 7, 14, 30, 60, 90)

Condition = dict[str, Any]


def rule_file(count: int, seed: int = SEED) -> str:
    """A rule file of `count` rules, as JSON, which is YAML too; the seed decides everything."""
    rng = random.Random(seed)
    rules = [_rule(rng, number) for number in range(count)]
    body = ",\n".join(json.dumps(rule) for rule in rules)
    return f'{{"version": 1, "parents": {{}}, "rules": [\n{body}\n]}}\n'


def _rule(rng: random.Random, number: int) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": f"generated.{number:04d}", "name": {"zh": f"标签{number}", "en": f"Tag {number}"},
        "class": "generated", "source": "own", "when": _condition(rng, number),
    }  # fmt: skip
    dice = number % 10
    if dice == 1:
        rule["minimum_stay"] = f"{rng.randrange(1, 15)}d"
    elif dice == 3:
        rule["grace"] = f"{rng.randrange(1, 73)}h"
    elif dice == 5:
        least, counted = (
            rng.randrange(8, 28),
            {"count": rng.choice(list(COUNTS)), "days": rng.choice(WINDOWS)},
        )
        rule["when"] = counted | {"at_least": least}
        rule["until"] = counted | {"below": rng.randrange(2, least - 2)}
    elif dice == 7:
        rule["family"] = f"family{number // 50}"
    return rule


def _condition(rng: random.Random, number: int) -> Condition:
    """One comparison of two rules in three; of the third, a joint of two or three."""
    if number % 3:
        return _comparison(rng, number)
    parts = [_comparison(rng, rng.randrange(1 << 20)) for _ in range(rng.randrange(2, 4))]
    if number >= 30 and not number % 15:
        parts.append({"tag": f"generated.{rng.randrange(number):04d}"})
    return {rng.choice(("all", "any")): parts}


def _comparison(rng: random.Random, number: int) -> Condition:
    days = rng.choice(WINDOWS)
    ways: tuple[Callable[[], Condition], ...] = (
        lambda: _named(rng),
        lambda: _named(rng),
        lambda: {"count": rng.choice(list(COUNTS)), "days": days, "at_least": rng.randrange(1, 20)},
        lambda: {"count": rng.choice(list(COUNTS)), "at_least": rng.randrange(1, 50)},
        lambda: {"sum": rng.choice(list(SUMS)), "days": days, "at_least": rng.randrange(100, 50_000)},
        lambda: {"distinct": rng.choice(list(WORDS)), "days": days, "at_least": rng.randrange(1, 6)},
        lambda: {"days_since": rng.choice(list(COUNTS)), "at_most": days},
        lambda: {"count": "net_order", "days": days, "at_least": rng.randrange(1, 6)},
        lambda: dict(zip(("share", "of"), rng.sample(list(COUNTS), 2), strict=True))
        | {"days": days, "least": 2, "above": round(rng.random(), 2)},
        lambda: {"top": rng.choice(list(WORDS)), "days": days, "least": rng.randrange(1, 4), "known": True},
    )  # fmt: skip
    return ways[number % len(ways)]()


def _named(rng: random.Random) -> Condition:
    feature: Feature = rng.choice(list(BY_ID.values()))
    if isinstance(feature, Course):
        if feature.unit == "share":
            return {"feature": feature.id, "below": round(rng.random() / 2, 3)}
        return {"feature": feature.id, "at_least": rng.randrange(2, 60)}
    if feature.sort == "number":
        return {"feature": feature.id, "at_least": rng.randrange(1, 40)}
    if feature.sort == "flag":
        return {"feature": feature.id, "is": True}
    if feature.words:
        return {"feature": feature.id, "is": rng.choice(list(feature.words))}
    return {"feature": feature.id, "known": True}


def check_seconds(text: str) -> float:
    """CPU seconds that reading and checking a file takes, to the judge made of it."""
    start = process_time()
    _members(compile_rules(text, "rules"))
    return process_time() - start


def _members(rules: RuleSet) -> Members:
    settings = Settings(timezone="Asia/Shanghai")
    return Members(member_params(settings), rules, Calendar(settings.timezone))


@dataclass
class Cost:
    """CPU of firing, folding and judging."""

    seconds: dict[bool, float] = field(default_factory=lambda: {True: 0.0, False: 0.0})
    """Of the first events of members, and of all later ones."""
    events: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    changes: int = 0

    def microseconds(self, first: bool) -> float:
        """An event."""
        return self.seconds[first] * 1e6 / self.events[first]


def cost(rules: RuleSet, made: list[Made], events: list[Event]) -> Cost:
    """What fresh members cost under the rules."""
    model, found = _members(rules), Cost()
    states: dict[str, MemberState] = {}
    for number, (one, event) in enumerate(zip(made, events, strict=True)):
        start = process_time()
        state = states.get(one.member)
        first = state is None
        if state is None:
            state = states[one.member] = model.initial(event.brand_id, one.member)
        found.changes += len(model.fire_due(state, one.ts))
        model.fold(state, event, source_number(one.kind, 0), number)
        found.changes += len(model.judge(state, max(one.ts, state.judged_at), "event", event))
        found.seconds[first] += process_time() - start
        found.events[first] += 1
    return found


def measure(texts: Mapping[str, str], count: int, runs: int) -> list[dict[str, Any]]:
    """A row for each file; the files take turns."""
    made = make(count, SEED, time_ns() // 1_000_000 // DAY_MS * DAY_MS)
    events = [read_event(one.raw, one.ts) for one in made]
    checks: dict[str, list[float]] = {name: [] for name in texts}
    costs: dict[str, list[Cost]] = {name: [] for name in texts}
    sets = {name: compile_rules(text, name) for name, text in texts.items()}
    for _ in range(runs):
        for name, text in texts.items():
            checks[name].append(check_seconds(text))
            costs[name].append(cost(sets[name], made, events))
    return [
        {"rules": name, "count": len(sets[name].rules), "check_s": spread(checks[name]),
         "first_us": spread([one.microseconds(True) for one in costs[name]]),
         "later_us": spread([one.microseconds(False) for one in costs[name]]),
         "changes_an_event": round(costs[name][0].changes / count, 3)}
        for name in texts
    ]  # fmt: skip


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rules", type=int, default=500, help="generated rules")
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", type=Path, help="only write the generated file")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    text = rule_file(arguments.rules)
    if arguments.write:
        arguments.write.write_text(text, "utf-8")
        return
    texts = {name: shipped_rules(name)[0] for name in ("default", "full")} | {"generated": text}
    rows = measure(texts, arguments.events, arguments.runs)
    if arguments.json:
        print(json.dumps({"machine": machine(), "rows": rows}))
        return
    table = [
        ["rules", "count", "check s min/med/max", "µs a first event", "µs a later event", "changes an event"]
    ]
    for row in rows:
        keys = ("check_s", "first_us", "later_us")
        spreads = [" / ".join(f"{number:.2f}" for number in row[key].values()) for key in keys]
        table.append([row["rules"], str(row["count"]), *spreads, str(row["changes_an_event"])])
    print(machine())
    print_table(table)


if __name__ == "__main__":
    main()
