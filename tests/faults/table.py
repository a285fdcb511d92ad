"""The results of the matrix as a table, in both languages."""

import re
from pathlib import Path
from statistics import median

from tests.faults import results
from tests.faults.catalogue import ROWS

DOCS = Path(__file__).resolve().parents[2] / "docs"

HEADS = {
    "en": (
        "row",
        "fault",
        "broker",
        "runs",
        "seeds",
        "lost",
        "doubled",
        "wrong",
        "recovered in s, median and most",
    ),
    "zh": ("行", "故障", "broker", "次数", "种子", "丢失", "重复", "错误", "恢复秒数，中位数与最大值"),
}
BROKERS = {"tansu": "Tansu", "kafka": "Apache Kafka"}


def matrix(lang: str) -> str:
    """The table of all results so far."""
    lines = [f"| {' | '.join(HEADS[lang])} |", "|" + "---|" * len(HEADS[lang])]
    for row in ROWS.values():
        for broker in row.brokers:
            runs = results.read(row.id, broker)
            if runs:
                text = row.what if lang == "en" else row.zh
                lines.append(f"| {' | '.join([row.id, text, BROKERS[broker], *_figures(runs)])} |")
    return "\n".join(lines)


def _figures(runs: list[results.Result]) -> list[str]:
    seconds = [run.recover for run in runs if not run.failed]
    recover = f"{median(seconds):.0f}, {max(seconds):.0f}" if seconds else "-"
    failed = sum(bool(run.failed) for run in runs)
    counts = [
        sum(run.lost for run in runs),
        sum(run.doubled for run in runs),
        sum(run.wrong for run in runs) + failed,
    ]
    return [str(len(runs)), _seeds([run.seed for run in runs]), *map(str, counts), recover]


def _seeds(seeds: list[int]) -> str:
    """Seeds with runs of neighbours drawn together."""
    parts: list[list[int]] = []
    for seed in sorted(set(seeds)):
        if parts and seed == parts[-1][-1] + 1:
            parts[-1].append(seed)
        else:
            parts.append([seed])
    return ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)


def put(name: str, text: str, lang: str) -> None:
    """Write `text` between the markers of `name` on the page of a language."""
    page = DOCS / ("reliability.md" if lang == "en" else "zh/reliability.md")
    marks = re.compile(rf"(<!-- written: {name} -->\n).*?(<!-- written end -->)", re.DOTALL)
    old = page.read_text("utf-8")
    assert marks.search(old), f"{page} has no part {name}"
    page.write_text(marks.sub(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", old), "utf-8")


def write_docs() -> None:
    """Renew the table on both pages."""
    for lang in HEADS:
        put("matrix", matrix(lang), lang)
