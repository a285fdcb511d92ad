"""A soak with a nemesis: ``python -m tests.faults.soak --minutes 30 --seed 1 --write docs``.

Finds the highest rate that the machine holds with everything on it (generator, broker, two workers, sink, store), keeps it
up for so many minutes while faults befall the plant every 20 to 60 seconds, and compares all ledgers at the end. Memory, file
descriptors and threads of the witnesses (see `nemesis`) are looked at every five seconds; the first third is warm-up.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.faults import table
from tests.faults.gauges import Sample, look, slope, slope_at_equal_state
from tests.faults.nemesis import Nemesis
from tests.faults.plant import Plant, Wanted, plant
from tests.faults.verdict import Verdict

RESULT = Path(__file__).with_name("results") / "soak.json"

CROWD = {"members": 60, "groups": 12}
"""The fewest members and groups."""

LOAD = CROWD | {"bad": 0.005, "repeats": 0.01, "late": 0.02, "orders": 0.002, "leaves": 0.01}
"""What grows after the warm-up is to be a leak, not the state. So orders, which are kept for a member's whole life, and
departures, which are kept for two hours, are few, as they are in life."""

MEMBER_RATE, GROUP_RATE = 8, 10
"""Events a second of the whole for one more member, and for one more group. They are so few that the event ids kept of each
are full within the first third, and so many that a producer's repeat, which may come half a minute behind by way of another
partition, is still among a group's (delivery.md, "Windows of event ids")."""

EMPTIED = 16
"""Of so many groups one is emptied."""

RATES = (100, 200, 400, 800, 1_200, 1_600, 2_000, 2_500, 3_000, 4_000, 5_000, 6_000, 8_000)
"""Events a second that are tried, rising."""

GENTLE = 25
"""Events a second that any machine holds. They fill as many batches, of fewer rows, as a high rate does, so how long all takes to
come through after them is what the way itself takes; after a handful of events it is much less."""

STEP_SECONDS = 10.0
SLACK_SECONDS = 3.0
"""A rate is held when all has come through no more than this later after a step than after a gentle one."""

MARGIN = 0.8
"""Share of the highest rate held that is kept up: what a fault has held up must be caught up with."""


def highest_rate(running: Plant) -> int:
    """The highest of `RATES` that is held, without faults; half of the lowest where not even that is."""
    held = RATES[0] // 2
    _step(running, GENTLE)  # the store's first rows take longer
    _, at_ease = _step(running, GENTLE)
    for rate in RATES:
        _crowd(running, rate)
        sending, caught_up = _step(running, rate)
        if sending > STEP_SECONDS * 1.1 or caught_up > at_ease + SLACK_SECONDS:
            break
        held = rate
    return held


def _crowd(running: Plant, rate: int) -> None:
    """As many members and groups as are to be expected at a rate."""
    running.load.grow(
        max(CROWD["members"], rate // MEMBER_RATE),
        max(CROWD["groups"], rate // GROUP_RATE),
        EMPTIED,
    )


def _step(running: Plant, rate: int) -> tuple[float, float]:
    """Send at `rate` for a while; seconds that this took, and seconds until all had come through."""
    began = time.monotonic()
    running.trickle(int(rate * STEP_SECONDS), STEP_SECONDS)
    sending = time.monotonic() - began
    caught_up = running.drain(120)
    print(f"{rate}/s: sent in {sending:.1f} s, came through {caught_up:.1f} s later", flush=True)
    return sending, caught_up


class Watch:
    """Samples of the witnesses."""

    def __init__(self, running: Plant, began: float, warm: float) -> None:
        self._running = running
        self._began = began
        self._warm = warm
        self._looked = 0.0
        self.samples: dict[str, list[Sample]] = {"worker": [], "sink": []}

    def look(self) -> None:
        """Every five seconds. What a worker holds is not known while it hangs or is between two assignments."""
        now = time.monotonic()
        if now - self._looked < 5:
            return
        self._looked = now
        for name in self.samples:
            for part in self._running.running(name)[:1]:
                held = self._running.states(part) or None if name == "worker" else 0
                sample = look(part.process.pid, now - self._began, held)
                if sample is not None:
                    self.samples[name].append(sample)

    def told(self) -> dict[str, dict[str, Any]]:
        """Growth after the warm-up, its first and last figures, and memory of the whole time, about a figure a minute."""
        found: dict[str, dict[str, Any]] = {}
        for name, samples in self.samples.items():
            warm = [one for one in samples if one.at > self._warm] or samples
            first, last = warm[0], warm[-1]
            found[name] = {
                "mb_a_minute": round(slope(warm), 2), "mb_a_minute_at_equal_state": round(slope_at_equal_state(warm), 2),
                "rss_first": round(first.rss), "rss_last": round(last.rss),
                "rss_each_minute": [round(one.rss) for one in samples[::12]],
                "held_each_minute": [one.held for one in samples[::12]], "fds_first": first.fds,
                "fds_last": last.fds, "threads_first": first.threads, "threads_last": last.threads,
            }  # fmt: skip
        return found


def soak(running: Plant, minutes: float, seed: int, rate: int | None) -> dict[str, Any]:
    """Run it; the result as it is kept."""
    for _ in range(2):
        running.start_worker()
    running.send(2_000)
    running.drain()
    found = rate is None
    rate = rate or int(highest_rate(running) * MARGIN)
    _crowd(running, rate)
    began = time.monotonic()
    seconds = minutes * 60
    nemesis = Nemesis(running, seed, began + seconds / 6)
    watch = Watch(running, began, seconds / 3)
    nemesis.start()
    before = running.ledger.acked
    while time.monotonic() - began < seconds:
        running.trickle(rate, 1.0, watch.look)
        if nemesis.failed is not None:
            raise nemesis.failed
    nemesis.over.set()
    assert nemesis.resting.wait(120), "the last fault has not come to its end"
    sent = running.ledger.acked - before
    caught_up = running.drain(600)
    for worker in running.running("worker"):
        running.terminate(worker)  # to compare takes minutes, and what falls due meanwhile is in no ledger
    verdict = running.judge()
    print(verdict, flush=True)
    return _result(running, nemesis, watch, verdict) | {
        "minutes": minutes, "seed": seed, "rate": rate, "found": found, "events": sent, "caught_up": round(caught_up, 1),
        "broker": running.wanted.broker, "at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
    }  # fmt: skip


def _result(running: Plant, nemesis: Nemesis, watch: Watch, verdict: Verdict) -> dict[str, Any]:
    return {
        "faults": dict(sorted(nemesis.done.items())),
        "ended_by_themselves": {str(code): count for code, count in sorted(running.restarts.items())},
        "lost": verdict.count("lost"), "doubled": verdict.count("doubled"), "wrong": verdict.count("wrong"),
        "compared": verdict.compared.total(), "unknown": running.ledger.unknown, **watch.told(),
    }  # fmt: skip


TEXT = {
    "en": """{minutes:g} minutes on {cores} cores, seed {seed}, {broker}, {at} UTC: {rate} events a second wanted ({held}),
{events} events sent, {actual:.0f} a second, {count} faults: {faults}. All had come through {caught_up} s after the last event.

| lost | doubled | wrong | compared |
|---|---|---|---|
| {lost} | {doubled} | {wrong} | {compared} |

| after the first third | memory, MB a minute | at equal state | MB, first and last | file descriptors | threads |
|---|---|---|---|---|---|
{rows}""",
    "zh": """{minutes:g} 分钟，{cores} 核，种子 {seed}，{broker}，{at} UTC：目标每秒 {rate} 条事件（{held}），
共发送 {events} 条，每秒 {actual:.0f} 条，{count} 次故障：{faults}。最后一条之后 {caught_up} 秒全部通过。

| 丢失 | 重复 | 错误 | 比较项 |
|---|---|---|---|
| {lost} | {doubled} | {wrong} | {compared} |

| 前三分之一之后 | 内存，MB/分钟 | 状态数相同时 | MB，起止 | 文件描述符 | 线程 |
|---|---|---|---|---|---|
{rows}""",
}

HELD = {
    "en": {True: f"{MARGIN:.0%} of the highest rate held", False: "as given"},
    "zh": {True: f"可维持最高速率的 {MARGIN:.0%}", False: "给定值"},
}

FAULTS_ZH = {
    "worker killed": "杀工作进程",
    "worker asked to go": "工作进程正常退出",
    "one worker is left alone": "只剩一个工作进程",
    "worker dies at a stage": "工作进程死于某环节",
    "worker hangs": "工作进程挂起",
    "a third worker comes and goes": "第三个工作进程来去",
    "store killed": "杀存储",
    "store hangs": "存储挂起",
    "store slow": "存储变慢",
    "store connection cut": "切断存储连接",
    "broker hangs": "broker 挂起",
    "sink killed": "杀 sink",
}


def text(result: dict[str, Any], lang: str) -> str:
    """The result in a language."""
    names = FAULTS_ZH if lang == "zh" else {}
    rows = "\n".join(
        f"| {name} | {one['mb_a_minute']} | {one['mb_a_minute_at_equal_state']} | {one['rss_first']}, {one['rss_last']} "
        f"| {one['fds_first']}, {one['fds_last']} | {one['threads_first']}, {one['threads_last']} |"
        for name, one in ((name, result[name]) for name in ("worker", "sink"))
    )
    comma = "、" if lang == "zh" else ", "
    faults = comma.join(f"{names.get(name, name)} {count}" for name, count in result["faults"].items())
    known = {name: value for name, value in result.items() if name not in {"faults", "broker"}}
    return TEXT[lang].format(
        **known, rows=rows, faults=faults, count=sum(result["faults"].values()), held=HELD[lang][result["found"]],
        broker=table.BROKERS[result["broker"]], actual=result["events"] / (result["minutes"] * 60),
    )  # fmt: skip


def main() -> int:
    """Exit code: 0 when the ledgers agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=int, help="events a second; default: found by trying")
    parser.add_argument("--broker", choices=["tansu", "kafka"], default="tansu")
    parser.add_argument("--write", choices=["docs"], help="write the result into the docs")
    given: Any = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="qunpulse-soak-"))
    wanted = Wanted(
        broker=given.broker, load=LOAD, store_proxy=True, merges=True, store_options="?send_receive_timeout=5"
    )
    with plant(folder, wanted, given.seed) as running:
        result = soak(running, given.minutes, given.seed, given.rate) | {
            "cores": len(os.sched_getaffinity(0))
        }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(text(result, "en"), f"\nevidence and logs: {folder}")
    if given.write:
        for lang in table.HEADS:
            table.put("soak", text(result, lang), lang)
    return 0 if not (result["lost"] or result["doubled"] or result["wrong"]) else 1


if __name__ == "__main__":
    sys.exit(main())
