"""Does the matrix see a broken pipeline? ``python -m tests.faults.mutations --write docs``.

Each mutation breaks one guard in a copy of the tree; the rows named with it run in the copy, and one of them must fail.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults import table

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).with_name("results") / "mutations.json"

Edit = tuple[str, str, str]
"""File, what stands there, what takes its place."""


@dataclass(frozen=True)
class Mutation:
    """A guard broken. `rows` are run one after another, as row and broker, until one sees it."""

    id: str
    what: str
    zh: str
    edits: tuple[Edit, ...]
    rows: tuple[tuple[str, str], ...]
    runs: int = 3


MUTATIONS = (
    Mutation(
        "fence",
        "the fence of members and groups lets everything pass",
        "成员与社群的围栏放行一切",
        (
            ("models/fold.py", "if offset <= fence.get(source, -1):", "if False:"),
            ("models/groups/repeats.py", "if offset <= fence.get(source, -1):", "if False:"),
            ("streams/members.py", "if row.offset <= state.fence.get(row.source, -1):", "if False:"),
            ("streams/groups.py", "if row.offset <= state.fence.get(row.source, -1):", "if False:"),
        ),
        (("D3", "tansu"),),
    ),
    Mutation(
        "flush order",
        "offsets are committed before facts and state are delivered",
        "先提交位点，后交付事实与状态",
        (
            (
                "streams/flow.py",
                "            with self._flush_timer.time():\n",
                "            self.finish()\n"
                "            await self.offsets.commit_offsets(self.book.committable())\n"
                "            with self._flush_timer.time():\n",
            ),
        ),
        (("K4", "tansu"), ("K6", "tansu")),
    ),
    Mutation(
        "state before facts",
        "state is delivered before the facts that follow from it",
        "先交付状态，后交付事实",
        (
            (
                "streams/flow.py",
                "                await self.outbox.deliver()  # 1. facts\n",
                "                waiting = dict(self.outbox._waiting)\n"
                "                self.outbox.clear()\n"
                "                await self.save()\n"
                "                for where, records in waiting.items():\n"
                "                    for key, value in records:\n"
                "                        self.outbox.put_at(where, key, value)\n"
                "                await self.outbox.deliver()\n",
            ),
            ("streams/flow.py", "                await self.save()  # 2. state\n", ""),
        ),
        (("K7", "tansu"),),
        runs=4,
    ),
    Mutation(
        "contiguity guard",
        "a hole in the offsets is passed over",
        "越过位点空洞",
        (
            ("streams/book.py", "if expected is not None and chunk.first > expected:", "if False:"),
            ("streams/book.py", "        self._check_contiguous(chunk.partition, fresh)\n", ""),
        ),
        (("B5", "kafka"),),
        runs=1,
    ),
    Mutation(
        "insert token",
        "each attempt of an insert has a token of its own",
        "每次插入尝试使用各自的令牌",
        (
            (
                "sinks/clickhouse/insert.py",
                '"insert_deduplication_token": token,',
                '"insert_deduplication_token": token + __import__("uuid").uuid4().hex,',
            ),
        ),
        (("K10", "kafka"),),
    ),
    Mutation(
        "membership",
        "a worker writes without asking whether the group still knows it, and is not stopped by what others wrote",
        "工作进程不问消费组是否还认得自己就写，也不因他人写入而停止",
        (
            ("streams/transport.py", "            if time.monotonic() - self._heard_at < session:\n", "            if True:\n"),
            ("streams/changelog.py", "            if first > self._next:\n", "            if False:\n"),
            ("streams/changelog.py", "        return epoch >= self._highest or", "        return True or"),
        ),
        (("R6", "tansu"),),
    ),
)  # fmt: skip


def copy_tree(folder: Path) -> None:
    """The tracked files of this tree, as they are now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        source = ROOT / name
        if source.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name)


def break_in(folder: Path, mutation: Mutation) -> None:
    """Make the edits; each must fit exactly once."""
    for name, old, new in mutation.edits:
        text = (folder / name).read_text()
        if text.count(old) != 1:
            raise SystemExit(
                f"{mutation.id}: {name} holds {old!r} {text.count(old)} times; the mutation has to be renewed"
            )
        (folder / name).write_text(text.replace(old, new))


def caught_by(folder: Path, mutation: Mutation) -> dict[str, Any]:
    """Which row sees the mutation, with what it said first."""
    for row, broker in mutation.rows:
        command = [sys.executable, "-m", "tests.faults.matrix", "--rows", row, "--broker", broker]
        done = subprocess.run(
            [*command, "--runs", str(mutation.runs)], cwd=folder, capture_output=True, text=True, timeout=1200,
            env={**os.environ, "PYTHONPATH": str(folder)}, check=False,
        )  # fmt: skip
        print(done.stdout[-3000:], done.stderr[-1000:], flush=True)
        if done.returncode:
            bad = next((line for line in done.stdout.splitlines() if line.startswith("BAD")), "")
            first = next(
                (line for line in done.stdout.splitlines() if line.startswith("first difference")), ""
            )
            return {"row": row, "broker": broker, "said": (first or bad)[:300], "line": bad}
    return {"row": "", "broker": "", "said": "", "line": ""}


def sheet(found: dict[str, dict[str, Any]], lang: str) -> str:
    """The table of both languages."""
    heads = {"en": "| broken | how | seen by |", "zh": "| 破坏 | 方式 | 被何行发现 |"}
    nobody = {"en": "nobody", "zh": "无"}
    lines = [heads[lang], "|---|---|---|"]
    for mutation in MUTATIONS:
        one = found.get(mutation.id)
        if one is not None:
            seen = f"{one['row']} ({table.BROKERS[one['broker']]})" if one["row"] else nobody[lang]
            lines.append(f"| {mutation.id} | {mutation.what if lang == 'en' else mutation.zh} | {seen} |")
    return "\n".join(lines)


def main() -> int:
    """Exit code: 0 when each mutation was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="comma separated ids")
    parser.add_argument("--write", choices=["docs"], help="write the table into the docs")
    given = parser.parse_args()
    found: dict[str, dict[str, Any]] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    chosen = [one for one in MUTATIONS if not given.only or one.id in given.only.split(",")]
    for mutation in chosen:
        folder = Path(tempfile.mkdtemp(prefix="qunpulse-mutation-"))
        copy_tree(folder)
        break_in(folder, mutation)
        found[mutation.id] = caught_by(folder, mutation)
        print(f"{mutation.id}: seen by {found[mutation.id]['row'] or 'nobody'}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    if given.write:
        for lang in table.HEADS:
            table.put("mutations", sheet(found, lang), lang)
    return 0 if all(found[one.id]["row"] for one in chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
