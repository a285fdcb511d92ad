"""The fault matrix: ``python -m tests.faults.matrix --rows K3,K6 --runs 10 --broker tansu --write docs``.

Runs the named rows (default: all that fit the broker), prints each run, and keeps the results. With ``--write docs`` the
table of all results so far is written into docs/reliability.md and docs/zh/reliability.md. A run that differs leaves its
evidence and logs in the folder that it names.
"""

import argparse
import random
import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.faults import results, table
from tests.faults.catalogue import ROWS
from tests.faults.plant import NotHere, Plant, plant
from tests.faults.rows import Row
from tests.faults.verdict import Verdict


def run_row(row: Row, broker: str, seeds: list[int], folder: Path, every: int = 1) -> list[results.Result]:
    """Run a row once a seed, on one plant as long as nothing differs; the ledgers are compared after `every` runs."""
    left, found = list(seeds), []
    every = 1 if row.fresh else every
    while left:
        here = folder / f"{row.id}-{left[0]}"
        wanted = replace(row.wanted, broker=broker)  # type: ignore[arg-type]
        with plant(here, wanted, left[0]) as running:
            before: Verdict | None = None
            while left:
                batch, left = left[:every], left[every:]
                some, before = _run_some(row, running, batch, before)
                found += some
                results.write(row.id, broker, results.read(row.id, broker) + some)
                for result in some:
                    say(row, broker, result)
                if not all(result.ok for result in some):
                    print(f"{before}\nevidence and logs: {here}", flush=True)
                if row.fresh or not all(result.ok for result in some):
                    break
        if all(result.ok for result in found):
            shutil.rmtree(here, ignore_errors=True)
    return found


def _run_some(
    row: Row, running: Plant, seeds: list[int], before: Verdict | None
) -> tuple[list[results.Result], Verdict]:
    """One run a seed, then one comparison of all ledgers, whose differences are entered with the last run."""
    verdict, recovered, failed = Verdict(), [], ""
    try:
        for seed in seeds:
            recovered.append(row.run(running, random.Random(seed)))
        verdict = running.judge()
        assert verdict.compared.total(), "nothing was compared: no record was acknowledged"
        if row.after is not None and verdict.ok:
            row.after(running, verdict, before)
    except Exception as error:  # noqa: BLE001 - whatever breaks a run is what the run found
        failed = f"{type(error).__name__}: {error}"[:2000]
    compared, at = verdict.compared.total(), datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    done = [results.Result(seed, 0, 0, 0, 0, compared, round(took, 1), "", at)
            for seed, took in zip(seeds, recovered, strict=False)]  # fmt: skip
    if len(done) < len(seeds):  # the next one has not come to its end
        done.append(results.Result(seeds[len(done)], 0, 0, 0, 0, compared, 0.0, failed, at))
    last = done.pop()
    if failed and not compared:  # the ledgers of the runs before it were not compared: they prove nothing
        done = []
    counts = {sort: verdict.count(sort) for sort in ("lost", "doubled", "wrong")}
    return [
        *done,
        replace(last, **counts, surplus=verdict.notes.get("rows inserted twice", 0), failed=failed),
    ], verdict


def say(row: Row, broker: str, result: results.Result) -> None:
    """One line a run."""
    mark = "ok " if result.ok else "BAD"
    print(f"{mark} {row.id} {broker} seed {result.seed}: lost {result.lost}, doubled {result.doubled}, "
          f"wrong {result.wrong}, inserted twice {result.surplus}, compared {result.compared}, "
          f"recovered in {result.recover} s {result.failed}", flush=True)  # fmt: skip


def chosen(names: str, broker: str) -> list[Row]:
    """The rows named, or all that make sense on the broker."""
    wanted = [name for name in names.split(",") if name] or list(ROWS)
    unknown = [name for name in wanted if name not in ROWS]
    if unknown:
        raise SystemExit(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    return [ROWS[name] for name in wanted if broker in ROWS[name].brokers]


def main(argv: list[str] | None = None) -> int:
    """Exit code: 0 when no run differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="", help="comma separated ids; default: all")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--broker", choices=["tansu", "kafka"], default="tansu")
    parser.add_argument("--seed", type=int, default=1, help="of the first run; the others follow")
    parser.add_argument("--every", type=int, default=1, help="runs between two comparisons of all ledgers")
    parser.add_argument("--write", choices=["docs"], help="write the table of all results into the docs")
    given: Any = parser.parse_args(argv)
    ok = True
    folder = Path(tempfile.mkdtemp(prefix="qunpulse-matrix-"))
    for row in chosen(given.rows, given.broker) if given.runs else []:
        try:
            seeds = [given.seed + number for number in range(given.runs)]
            found = run_row(row, given.broker, seeds, folder, given.every)
        except NotHere as why:
            print(f"--  {row.id} {given.broker}: cannot be run here: {why}", flush=True)
            continue
        ok &= all(result.ok for result in found)
    if given.write:
        table.write_docs()
    if ok:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
