"""Our spike detector beside plain ones, on known splits and on made-up series; writes the table into the pages.

    ./run python -m benchmarks.detectors community.jsonl.gz community_spikes.csv
    ./run python -m benchmarks.detectors community.jsonl.gz community_spikes.csv --write

The made-up series are in the manner of the Numenta benchmark: each kind has a nature that is no anomaly (a day's rhythm,
a weekly meeting after which a third goes, growth, noise, a lasting change of level) and labelled bursts that are.
"""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.plain_detectors import PLAIN, openings
from benchmarks.population import DAY, HOUR, MINUTE, START, Life, Play, Struck, season
from benchmarks.spikes import Replay, known_splits
from models.calendar import Calendar
from models.groups import GroupParams, Groups

OURS = "QunPulse"
KINDS = ("flat", "daily", "meeting", "growing", "noisy", "step")
WEEKS, SERIES, LEARNING_DAYS = 8, 12, 21
PAGES = {"docs/detector.md": "en", "docs/zh/detector.md": "zh"}
PART = re.compile(r"(<!-- measured: detectors -->\n).*?(<!-- end -->)", re.DOTALL)
ZH = {
    "detector": "检测器",
    "precision": "精确率",
    "recall": "召回率",
    "delay": "延迟",
    "splits": "分裂",
    "series": "序列",
    "other alerts a group and week": "每群每周其他预警",
    "fixed threshold: 10 leaves an hour": "固定阈值：一小时 10 人",
    "3 × moving average of a day": "一天移动平均的 3 倍",
    "z-score above 3": "z 分数大于 3",
}


@dataclass
class Score:
    """What a detector did with labelled events; delays in ms."""

    events: int = 0
    delays: list[int] = field(default_factory=list)
    others: int = 0
    weeks: float = 0.0

    def add(
        self, opened: list[int], events: list[tuple[int, int, int]], ignored: list[tuple[int, int]]
    ) -> None:
        """Count openings against ``events`` (start, end, fifth leave) and spans in which nothing is held against it.

        An opening is of an event from its start to ten minutes after its end; only the first one counts as finding.
        """
        self.events += len(events)
        spans = [(start, end + 10 * MINUTE) for start, end, _ in events] + ignored
        for start, end, fifth in events:
            found = [at for at in opened if start <= at <= end + 10 * MINUTE]
            if found:
                self.delays.append(max(0, found[0] - fifth))
        self.others += sum(not any(start <= at <= end for start, end in spans) for at in opened)

    def cells(self) -> list[str]:
        """Precision, recall, median delay, others a week."""
        found = len(self.delays)
        precision = found / max(1, found + self.others)
        recall = found / max(1, self.events)
        delay = f"{median(self.delays) / 1000:.0f} s" if self.delays else ""
        return [f"{precision:.2f}", f"{recall:.2f}", delay, f"{self.others / self.weeks:.2f}"]


def on_splits(events: Path, splits: Path) -> dict[str, Score]:
    """Scores on the known splits: those of at least 5 leaves in groups of 20 count, smaller ones are ignored."""
    replay = Replay(Groups(GroupParams(), Calendar()))
    replay.run(events)
    known = known_splits(splits)
    scores: dict[str, Score] = {name: Score() for name in (OURS, *PLAIN)}
    for group in replay.states:
        leaves = sorted(replay.leaves[group])
        labelled = []
        for split in known.get(group, []):
            if split["leaves"] >= 5 and split["present"] >= 20:
                own = [at for at in leaves if at >= split["start"]]
                labelled.append((split["start"], split["end"], own[4] if len(own) > 4 else split["end"]))
        ignored = [(split["start"], split["end"] + 10 * MINUTE) for split in known.get(group, [])]
        for name, score in scores.items():
            opened = (
                sorted(
                    alert.opened_at for alert in replay.alerts[group].values() if alert.kind == "churn_spike"
                )
                if name == OURS
                else openings(leaves, PLAIN[name])
            )
            score.add(opened, labelled, ignored)
            score.weeks += (replay.span[1] - replay.span[0]) / (7 * DAY)
    return scores


def made_up(kind: str, seed: int) -> Life:
    """A series of a kind: its ordinary leaves, and bursts once it could be known."""
    chance = np.random.default_rng([seed, KINDS.index(kind)])
    size = int(chance.integers(60, 300))
    hours = np.arange(WEEKS * 168)
    shape = np.ones(hours.size) if kind == "flat" else np.resize(season(chance), hours.size)
    if kind == "growing":
        shape = shape * (0.5 + 1.5 * hours / hours.size)
    if kind == "noisy":
        shape = shape * chance.gamma(2.0, 0.5, hours.size)
    if kind == "step":
        shape = np.where(hours >= hours.size // 2, 3 * shape, shape)
    hourly = shape * size * float(chance.uniform(0.01, 0.04)) / 24
    counts = chance.poisson(hourly)
    ordinary = START + (np.repeat(hours, counts) + chance.random(counts.sum())) * HOUR
    parts = [ordinary, *(meetings(chance, size) if kind == "meeting" else [])]
    struck = list(bursts(chance, hourly))
    parts += [one.start + chance.random(one.leaves) * (one.end - one.start) for one in struck]
    return Life(size, np.sort(np.concatenate(parts).astype(np.int64)).tolist(), struck)


def meetings(chance: np.random.Generator, size: int) -> Iterator[np.ndarray]:
    """Every Wednesday at 21:00 a meeting ends, and about a fifth of the group goes within ten minutes."""
    for week in range(WEEKS):
        end = START + (week * 168 + 2 * 24 + 21) * HOUR + chance.normal(0, 3) * MINUTE
        yield end + chance.random(chance.binomial(size, 0.2)) * 10 * MINUTE


def bursts(chance: np.random.Generator, hourly: np.ndarray) -> Iterator[Struck]:
    """Bursts of at least 8 leaves, and of four times what the hour expects."""
    at = float(LEARNING_DAYS)
    while (at := at + chance.uniform(2, 6)) < WEEKS * 7 - 1:
        start = START + int(at * DAY)
        usual = float(hourly[int(at * 24)])
        leaves = int(np.ceil(max(8 + chance.integers(8), 4 * usual)))
        yield Struck(start, start + int(chance.choice((2, 10, 30, 60))) * MINUTE, leaves, usual)


def on_series() -> dict[str, dict[str, Score]]:
    """Scores on the made-up series, by kind; what happens while a detector learns is held against none."""
    scores = {kind: {name: Score() for name in (OURS, *PLAIN)} for kind in KINDS}
    learning = (START, START + LEARNING_DAYS * DAY)
    for kind in KINDS:
        for seed in range(SERIES):
            lived = made_up(kind, seed)
            events = [(one.start, one.end, fifth(lived, one)) for one in lived.struck]
            ours = sorted(
                alert.opened_at
                for alert in Play(GroupParams()).run(f"{kind}{seed}", lived)
                if alert.kind == "churn_spike"
            )
            for name, score in scores[kind].items():
                opened = ours if name == OURS else openings(lived.leaves, PLAIN[name])
                score.add(opened, events, [learning])
                score.weeks += WEEKS - LEARNING_DAYS / 7
    return scores


def fifth(lived: Life, one: Struck) -> int:
    """Time of the fifth leave from a burst's start, ms."""
    return [at for at in lived.leaves if at >= one.start][4]


def whole(parts: dict[str, dict[str, Score]]) -> dict[str, Score]:
    """All kinds as one."""
    sums: dict[str, Score] = {}
    for scores in parts.values():
        for name, score in scores.items():
            total = sums.setdefault(name, Score())
            total.events += score.events
            total.delays += score.delays
            total.others += score.others
            total.weeks += score.weeks
    return sums


def table(lang: str, splits: dict[str, Score], series: dict[str, dict[str, Score]]) -> str:
    """The comparison as Markdown."""

    def say(text: str) -> str:
        return ZH.get(text, text) if lang == "zh" else text

    columns = ["precision", "recall", "delay", "other alerts a group and week"]
    head = [
        say("detector"),
        *(f"{say(where)}: {say(name)}" for where in ("splits", "series") for name in columns),
    ]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    total = whole(series)
    for name, score in splits.items():
        lines.append(f"| {' | '.join([say(name), *score.cells(), *total[name].cells()])} |")
    kinds = [
        f"| {say('detector')} | " + " | ".join(f"`{kind}`" for kind in series) + " |",
        "|" + "---|" * (len(series) + 1),
    ]
    for name in splits:
        cells = (" / ".join(scores[name].cells()[:2]) for scores in series.values())
        kinds.append(f"| {say(name)} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *kinds])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("events", type=Path, help="events, JSON Lines, gzipped, sorted by time")
    parser.add_argument("splits", type=Path, help="known splits, CSV")
    parser.add_argument("--write", action="store_true", help="renew the table in the pages")
    arguments = parser.parse_args()
    splits, series = on_splits(arguments.events, arguments.splits), on_series()
    print(table("en", splits, series))
    for page, lang in PAGES.items() if arguments.write else ():
        file = Path(__file__).resolve().parent.parent / page
        text = PART.sub(
            lambda found, lang=lang: f"{found[1]}\n{table(lang, splits, series)}\n\n{found[2]}",
            file.read_text("utf-8"),
        )
        file.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
