"""What runs of the matrix came to, one JSON file a row and broker, so that partial runs add up."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("results")


@dataclass(frozen=True)
class Result:
    """One run of a row. `recover` is in seconds; `failed` says what the row promised and did not keep, or ''."""

    seed: int
    lost: int
    doubled: int
    wrong: int
    surplus: int
    compared: int
    recover: float
    failed: str
    at: str

    @property
    def ok(self) -> bool:
        return not (self.lost or self.doubled or self.wrong or self.failed)


def path_of(row: str, broker: str) -> Path:
    return FOLDER / f"{row}.{broker}.json"


def read(row: str, broker: str) -> list[Result]:
    """Runs so far, oldest first."""
    path = path_of(row, broker)
    return [Result(**one) for one in json.loads(path.read_text())] if path.exists() else []


def write(row: str, broker: str, runs: list[Result]) -> None:
    """Keep `runs` as all there are; a run with the seed of an earlier one takes its place."""
    FOLDER.mkdir(exist_ok=True)
    kept = {run.seed: run for run in runs}
    lines = ",\n".join(json.dumps(asdict(kept[seed])) for seed in sorted(kept))
    path_of(row, broker).write_text(f"[\n{lines}\n]\n")
