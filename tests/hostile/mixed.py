"""A good stream with hostile inputs in it, and what may be said of the outcome.

    python -m tests.hostile.mixed --hostile 20000 --good 2000000

runs both, with and without, and prints what became of each input. It is also what `test_hostile.py` runs in small.
"""

import argparse
import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from schemas.alike import check_alike
from schemas.errors import Reason
from schemas.events import parse_event
from schemas.rows import KINDS, Row, decode_rows
from streams.simulator import Simulator, encode
from tests.hostile.inputs import GOOD, Hostile, hostile
from tests.hostile.worker import Given, Worker

START: Final = 1_767_600_000_000
FACTS: Final = ("tag-changes", "member-profiles", "group-stats", "alerts")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the worker made of a stream."""

    facts: dict[str, list[dict[str, Any]]]
    """Facts of the good brand by topic, without the offsets, which hostile records move."""
    letters: list[dict[str, Any]]
    rows: list[Row]
    """Accepted events of everybody."""


def good_stream(seed: int, count: int) -> list[tuple[str, int, bytes]]:
    """Kind, arrival and bytes of `count` events of a believable community of the brand `GOOD`; one group empties."""
    simulator = Simulator(seed, groups=12, size=40, speed=0.05, emptying_after_ms=5 * 3_600_000)
    events = itertools.chain(simulator.opening(START), simulator.between(START, START + 400 * 86_400_000))
    chosen = itertools.islice(events, count)
    return [(one["kind"], one["ts"], encode(one | {"brand_id": GOOD})) for one in chosen]


def mixed(good: list[tuple[str, int, bytes]], bad: Iterable[Hostile], seed: int) -> list[tuple[str, Given]]:
    """Records with their kinds as they arrive: the good ones in their order, the bad ones anywhere among them."""
    rng = random.Random(seed)
    among: dict[int, list[Hostile]] = {}
    for one in bad:
        among.setdefault(rng.randrange(len(good)), []).append(one)
    ends: Counter[str] = Counter()
    arrivals: list[tuple[str, Given]] = []
    for number, (kind, at, raw) in enumerate(good):
        for one in [*among.get(number, ()), Hostile(kind, None, raw, "good")]:
            arrivals.append((one.kind, Given(ends[one.kind], at, one.key, one.raw)))
            ends[one.kind] += 1
    return arrivals


def outcome(arrivals: list[tuple[str, Given]]) -> Outcome:
    """Run a worker over `arrivals`. Whatever an agent raised comes out of here."""
    worker = Worker()
    worker.run(arrivals)
    facts = {name: [_told(value) for _, value in worker.log(name)] for name in FACTS}
    rows = [row for _, value in worker.log("member-events") for row in decode_rows(value or b"").rows]
    letters = [json.loads(value or b"") for _, value in worker.log("dead-letters")]
    return Outcome(
        {name: [fact for fact in some if fact["brand_id"] == GOOD] for name, some in facts.items()},
        letters,
        rows,
    )


def _told(value: bytes | None) -> dict[str, Any]:
    fact: dict[str, Any] = json.loads(value or b"")
    if fact.get("source"):
        fact["source"] = fact["source"].rpartition(":")[0]
    return fact


def account(arrivals: list[tuple[str, Given]], found: Outcome) -> Counter[str]:
    """What became of each record that is not of the good stream, by reason or ``accepted``.

    Raises:
        AssertionError: one is neither a dead letter with a reason and its bytes nor an event that the contract accepts, or both.
    """
    letters = {(one["topic"].rpartition(".")[2], one["offset"]): one for one in found.letters}
    rows = {(KINDS[row.source], row.offset): row for row in found.rows}
    assert len(letters) == len(found.letters) and len(rows) == len(found.rows)
    assert not letters.keys() & rows.keys()
    seen: Counter[str] = Counter()
    for kind, record in arrivals:
        letter = letters.get((kind, record.offset))
        if letter is None:
            row = rows[kind, record.offset]
            assert row.raw == record.value
            if GOOD.encode() not in row.raw:
                check_alike(row.raw)
                assert parse_event(row.raw, row.ts, kind).ts == row.ts
                seen["accepted"] += 1
            continue
        value = record.value or b""
        assert (letter["stage"], letter["reason"] in set(Reason)) == ("contract", True), letter
        assert (letter["value_size"], letter["value_sha256"]) == (len(value), sha256(value).hexdigest())
        assert letter["detail"] and letter["detail"].isprintable()
        assert GOOD.encode() not in value
        seen[letter["reason"]] += 1
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hostile", type=int, default=20_000)
    parser.add_argument("--good", type=int, default=2_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.monotonic()
    good = good_stream(options.seed, options.good)
    arrivals = mixed(good, itertools.islice(hostile(options.seed), options.hostile), options.seed)
    found = outcome(arrivals)
    seen = account(arrivals, found)
    same = found.facts == outcome(mixed(good, [], options.seed)).facts
    print(json.dumps({"good": len(good), "hostile": options.hostile, "seed": options.seed, **seen,
                      "facts_of_the_good": {name: len(some) for name, some in found.facts.items()},
                      "same_as_without": same, "seconds": round(time.monotonic() - started)}))  # fmt: skip
    raise SystemExit(0 if same and seen.total() == options.hostile else 1)


if __name__ == "__main__":
    main()
