"""How often tags change with their hysteresis and without it, on stored events.

    python -m benchmarks.flapping events.jsonl.gz                 the shipped rules of all tags
    python -m benchmarks.flapping events.jsonl.gz --rules FILE    other rules

The same rules judge the same history twice; the second time every leave threshold, shortest stay and grace is taken away, so
that a tag leaves as soon as what it enters by ceases to hold. Only tags that have one of the three are compared. A member's
years are those from the first event to the end of the file.
"""

import argparse
import dataclasses
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.meter import print_table
from models.calendar import DAY_MS, Calendar
from models.rules import RuleSet, compile_rules
from models.rules.rule import Rule
from schemas.view import read_event
from streams.backtest import Side, backtest
from streams.decisions import member_params, rules_text
from streams.history import Page, from_files
from streams.settings import Settings

YEAR_MS = 365 * DAY_MS
FLAP_DAYS = 7


def steadied(rules: RuleSet) -> list[str]:
    """Tags that have hysteresis: a leave threshold, a shortest stay or grace."""
    return [rule.tag for rule in rules.rules if rule.leave is not None or rule.stay or rule.grace]


def bare(rules: RuleSet) -> RuleSet:
    """The same rules with no hysteresis."""
    return dataclasses.replace(rules, rules=tuple(_bare(rule) for rule in rules.rules))


def _bare(rule: Rule) -> Rule:
    return dataclasses.replace(rule, leave=None, stay=0, grace=0)


def member_years(pages: Iterable[Page]) -> float:
    """Sum over all members of the time from the first event to the end of the file, years of 365 days."""
    total = 0
    for page in pages:
        first: dict[tuple[str, str | None], int] = {}
        for row in page:
            event = read_event(row.raw, row.ts)
            first.setdefault((event.brand_id, event.member_id), row.ts)
        total += sum(page[-1].ts - ts for ts in first.values())
    return total / YEAR_MS


def measure(pages: list[Page], rules: RuleSet, settings: Settings) -> list[dict[str, Any]]:
    """A row for each tag with hysteresis, and one for all of them together."""
    found = backtest(
        pages, {"running": bare(rules), "candidate": rules}, member_params(settings), Calendar(settings.timezone),
        flap_days=FLAP_DAYS,
    )  # fmt: skip
    years, tags = member_years(pages), steadied(rules)
    rows = [_row(tag, [tag], found.candidate, found.running, years) for tag in tags]
    return [*rows, _row("all of them", tags, found.candidate, found.running, years)]


def _row(name: str, tags: list[str], having: Side, lacking: Side, years: float) -> dict[str, Any]:
    with_, without = (sum(side.changes(tag) for tag in tags) for side in (having, lacking))
    return {
        "tag": name,
        "with": with_,
        "without": without,
        "with_a_year": round(with_ / years, 3),
        "without_a_year": round(without / years, 3),
        "ratio": round(with_ / without, 3) if without else None,
        "flaps_with": sum(having.flaps[tag] for tag in tags),
        "flaps_without": sum(lacking.flaps[tag] for tag in tags),
    }


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("events", type=Path, nargs="+", help="events, JSON Lines, .gz too")
    parser.add_argument("--rules", type=Path, default=Path("full"), help="rule file, or default, or full")
    parser.add_argument("--timezone", default="Asia/Shanghai")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    pages = list(from_files(arguments.events, time.time_ns() // 1_000_000))
    rules = compile_rules(*rules_text(arguments.rules))
    rows = measure(pages, rules, Settings(timezone=arguments.timezone))
    if arguments.json:
        print(json.dumps(rows))
        return
    print(f"{member_years(pages):,.0f} member-years; a flap undoes a change within {FLAP_DAYS} days")
    print_table([list(rows[0]), *([str(cell) for cell in row.values()] for row in rows)])


if __name__ == "__main__":
    main()
