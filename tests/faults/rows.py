"""Rows of the fault matrix: one function each, by the row's id, entered with `row`.

A row's function injects its fault into a running plant, brings the plant back to health, and returns the seconds between the
end of the fault and the moment when all that was acknowledged had come through. The ledgers are compared after it. It runs many
times on one plant, unless the row is `fresh`; so it must leave the plant as it would like to find it: with a sink.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.plant import BrokerKind, Plant, Wanted
from tests.faults.verdict import Verdict

Run = Callable[[Plant, random.Random], float]
After = Callable[[Plant, Verdict, Verdict | None], None]
"""Called with the verdict of this run and of the one before on the same plant; asserts what the row promises beyond it."""


@dataclass(frozen=True)
class Row:
    """A row. `zh` is what it does in Chinese; `brokers` are those that it makes sense on."""

    id: str
    what: str
    zh: str
    run: Run
    wanted: Wanted = Wanted()
    brokers: tuple[BrokerKind, ...] = ("tansu", "kafka")
    fresh: bool = False
    after: After | None = None


ROWS: dict[str, Row] = {}


def row(
    name: str,
    what: str,
    zh: str,
    wanted: Wanted = Wanted(),  # noqa: B008 - frozen
    brokers: tuple[BrokerKind, ...] = ("tansu", "kafka"),
    *,
    fresh: bool = False,
    after: After | None = None,
) -> Callable[[Run], Run]:
    """Enter a function as the row `name`."""

    def enter(run: Run) -> Run:
        ROWS[name] = Row(name, what, zh, run, wanted, brokers, fresh, after)
        return run

    return enter


def no_surplus(plant: Plant, verdict: Verdict, before: Verdict | None) -> None:
    """Nothing was inserted twice: the token has caught every retry."""
    had = 0 if before is None else before.notes["rows inserted twice"]
    assert verdict.notes["rows inserted twice"] <= had, f"rows were inserted twice\n{verdict}"


def no_surplus_by_note(plant: Plant, verdict: Verdict, before: Verdict | None) -> None:
    """The same where a sink was killed: the next one must find the note and cut the same batch.

    Tansu forgets the notes that commits carry, so there it may cut another one; FINAL folds it.
    """
    if plant.wanted.broker != "tansu":
        no_surplus(plant, verdict, before)


def few_repeats(most: int) -> After:
    """No more than so many rows were forwarded a second time."""

    def check(plant: Plant, verdict: Verdict, before: Verdict | None) -> None:
        repeats = verdict.notes["rows forwarded again"]
        had = 0 if before is None else before.notes["rows forwarded again"]
        assert repeats - had <= most, (
            f"{repeats - had} rows were forwarded again, at most {most} are promised"
        )

    return check
