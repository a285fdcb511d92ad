"""Compares the ledgers of a run and prints the first difference with its history: ``python -m tests.faults.verify FOLDER``.

It reads the folder that `evidence` describes and shares no code with the pipeline.
"""

import sys
from pathlib import Path

from tests.faults import cover, facts, sums
from tests.faults.books import Books
from tests.faults.history import history
from tests.faults.verdict import Verdict


def verify(folder: Path) -> Verdict:
    """All ledgers of the run in `folder`."""
    books, verdict = Books(folder), Verdict()
    cover.forwarded(books, verdict)
    cover.letters(books, verdict)
    cover.stored(books, verdict)
    cover.surplus(books, verdict)
    facts.compare(books, verdict)
    sums.compare(books, verdict)
    if verdict.differences:
        verdict.history = history(books, verdict.differences[0])
    return verdict


def main() -> int:
    """Exit code: 0 when the ledgers agree."""
    verdict = verify(Path(sys.argv[1]))
    print(verdict)
    return 0 if verdict.ok else 1


if __name__ == "__main__":
    sys.exit(main())
