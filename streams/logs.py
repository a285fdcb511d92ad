"""How processes log: one line a fact, on stderr, without what must not be read there."""

import logging
import sys
from typing import Final

import structlog

from streams.sparing import spare

QUIET: Final = {
    "aiokafka": logging.ERROR,
    "clickhouse_driver": logging.CRITICAL,
    "kafka": logging.CRITICAL,
    "faust": logging.WARNING,
    "mode": logging.WARNING,
}
"""Least level of libraries that say in many lines what we say in one when a broker does not answer."""


def set_up_logs(least: str) -> None:
    """Log from the level named `least` on.

    Tracebacks are plain: structlog would show local variables where it can, and those hold members' data and secrets.
    """
    level = getattr(logging, least.upper())
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    for noisy, quiet in QUIET.items():
        logging.getLogger(noisy).setLevel(level if level == logging.DEBUG else max(level, quiet))
    if level != logging.DEBUG:
        spare(QUIET)
    renderer = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    structlog.reset_defaults()
    structlog.configure(
        processors=[*structlog.get_config()["processors"][:-1], renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
