"""An event at which the code of a model fails: put aside, told, and gone on from (matrix P3).

A restart would meet the event again, for ever. So the state that it half changed is put back to the last flush, and brought
forward by the rows of its key since then, without the one; the event becomes a dead letter of the stage ``model`` with the error
and a *stack id*, the same for all events that fail at one place. Facts told on the way are told again, and are the same facts.
"""

import hashlib
import traceback
from dataclasses import dataclass

from schemas.facts import DeadLetter
from schemas.rows import KINDS, Row
from streams.letters import Bare, Letters, dead_letter
from streams.outbox import Outbox

STACK_DIGITS = 12


def stack_id(error: BaseException) -> str:
    """Twelve hex digits of where the error was raised: file, function and line of each frame, no paths of the machine."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.name}:{frame.lineno}" for frame in frames]
    return hashlib.sha256("\n".join(places).encode()).hexdigest()[:STACK_DIGITS]


@dataclass(frozen=True)
class ModelLetters:
    """Where an agent's dead letters go; `inputs` are the full names of the input topics, by kind."""

    letters: Letters
    inputs: dict[str, str]

    def taken(self, topic: str, rows: int) -> None:
        """So many rows of `topic`, the agent's own, are being worked on; see `streams.letters.Limit`."""
        self.letters.taken(topic, rows)

    def put(self, outbox: Outbox, topic: str, row: Row, error: Exception, now: int) -> None:
        """Tell that `row` of the agent's `topic` failed with `error`; `now` is ms since the epoch.

        Raises:
            TooManyLetters: most rows fail; the model is at fault and not the events.
        """
        self.letters.put(outbox, self._letter(row, error, now), topic)

    def _letter(self, row: Row, error: Exception, now: int) -> DeadLetter:
        kinds = len(KINDS)
        return dead_letter(
            self.inputs[KINDS[row.source % kinds]],
            row.source // kinds,
            Bare(row.offset, row.raw, timestamp=row.clock),
            "model",
            type(error).__name__,
            f"{error} (stack {stack_id(error)})",
            now,
        )
