"""Ending the process.

Faust restarts an agent that raised and goes on with the next message, which loses the one that failed; its crashed
services can leave an idle process behind (reliability F1, defect 18). So anything unexpected ends the process: the
supervisor starts it again and it reads from the committed offset.
"""

import logging
import os
import sys
import traceback
from typing import NoReturn

from schemas.versions import FormatVersionError
from streams.letters import TooManyLetters
from streams.outbox import NotDelivered

EXIT_BUG = 70
"""EX_SOFTWARE of sysexits: something unexpected; a restart is the cure."""

EXIT_UNAVAILABLE = 69
"""EX_UNAVAILABLE of sysexits: a broker or a store does not answer; a restart later may help."""

EXIT_CONFIG = 78
"""EX_CONFIG of sysexits: a setting is wrong; a restart does not help."""

NEEDS_A_PERSON: tuple[type[Exception], ...] = (FormatVersionError, TooManyLetters)
"""Errors that come again after every restart until somebody acts; their texts say what to do."""


def end_process(why: str, error: BaseException | None = None, code: int = EXIT_BUG) -> NoReturn:
    """Say why in one last line, and leave without running anything that could still commit."""
    if error is not None:
        traceback.print_exception(error, file=sys.stderr)
    sys.stderr.write(f"qunpulse: ends itself: {why}\n")
    sys.stderr.flush()
    logging.shutdown()
    os._exit(code)


def end_by(where: str, error: BaseException) -> NoReturn:
    """End the process by what a flow raised: what a restart cannot cure has the code of a configuration."""
    if isinstance(error, NEEDS_A_PERSON):
        end_process(f"{where}: {error}", code=EXIT_CONFIG)
    if isinstance(error, NotDelivered):
        end_process(f"{where}: {error}", code=EXIT_UNAVAILABLE)
    end_process(f"{where}: {error!r}", error)
