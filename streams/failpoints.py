"""Failpoints: places, named by stage, where a fault can be made to happen.

The variable ``QUNPULSE_FAILPOINT`` arms one or more, comma separated: ``STAGE:ACTION[@PASS]``. The action happens at the given
pass through the stage (default: the first), once:

    changelog_sent:crash@3       the process is gone at once, as by kill -9 (exit code 137)
    state:raise                  `FailpointRaised` is raised
    facts_sent:stop              the process stops as by SIGSTOP, until somebody continues it
    decode:sleep=2.5             the event loop is held up for so many seconds

`passes` is bound once, at import: when nothing is armed it is an empty function (`benchmarks/micro.py` has its cost), and it is
called once a chunk, a batch or a flush, never once an event.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, get_args

Stage = Literal[
    "fetch",
    "decode",
    "state",
    "facts_sent",
    "facts_delivered",
    "changelog_put",
    "changelog_sent",
    "changelog_delivered",
    "offsets_committed",
    "insert_sent",
    "insert_done",
]
"""Stages in the order of the flow; the last two are the sink's."""

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)

EXIT_KILLED = 137
"""What a shell shows of a process killed by SIGKILL."""


class FailpointRaised(Exception):
    """The error of an armed ``raise``."""


class FailpointWrong(ValueError):
    """``QUNPULSE_FAILPOINT`` cannot be read; the text says what is expected."""


@dataclass
class Failpoint:
    """One armed failpoint."""

    stage: Stage
    action: Callable[[], None]
    left: int

    def pass_by(self) -> None:
        """One pass through the stage."""
        self.left -= 1
        if self.left == 0:
            self.action()


def parse(text: str) -> list[Failpoint]:
    """The failpoints that `text` arms.

    Raises:
        FailpointWrong: `text` names no stage or no action that exists.
    """
    return [_parse_one(part.strip()) for part in text.split(",") if part.strip()]


def _parse_one(text: str) -> Failpoint:
    where, _, at = text.partition("@")
    stage, _, what = where.partition(":")
    if stage not in STAGES or not (at or "1").isdigit() or int(at or 1) < 1:
        raise FailpointWrong(
            f"QUNPULSE_FAILPOINT: {text!r} is not STAGE:ACTION[@PASS], STAGE one of {STAGES}"
        )
    return Failpoint(stage, _action(text, what), int(at or 1))


def _action(text: str, what: str) -> Callable[[], None]:
    name, _, seconds = what.partition("=")
    if name == "sleep":
        try:
            pause = float(seconds)
        except ValueError:
            raise FailpointWrong(
                f"QUNPULSE_FAILPOINT: {text!r}: {seconds!r} is not a number of seconds"
            ) from None
        return lambda: time.sleep(pause)
    actions: dict[str, Callable[[], None]] = {"crash": _crash, "raise": _raise, "stop": _stop}
    if what not in actions:
        raise FailpointWrong(
            f"QUNPULSE_FAILPOINT: {text!r}: no such action; there are {[*actions, 'sleep=SECONDS']}"
        )
    return actions[what]


def _crash() -> None:
    os._exit(EXIT_KILLED)


def _raise() -> None:
    raise FailpointRaised("raised by QUNPULSE_FAILPOINT")


def _stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def bind(text: str) -> Callable[[Stage], None]:
    """The function that stages call: an empty one when `text` arms nothing."""
    armed = parse(text)
    if not armed:
        return _nothing
    sys.stderr.write(f"qunpulse: failpoints armed: {text}\n")

    def passing(stage: Stage) -> None:
        for failpoint in armed:
            if failpoint.stage == stage:
                failpoint.pass_by()

    return passing


def _nothing(stage: Stage) -> None:
    """Nothing is armed."""


passes: Callable[[Stage], None] = bind(os.environ.get("QUNPULSE_FAILPOINT", ""))
