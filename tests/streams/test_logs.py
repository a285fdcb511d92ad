"""What is logged of an error does not show the variables around it."""

import logging
import subprocess
import sys

import pytest

from streams.sparing import Sparing, spare

PROGRAM = """
import structlog
from streams.logs import set_up_logs

set_up_logs("info")

def fails(password):
    raise ValueError("no such thing")

try:
    fails("hunter2-in-a-variable")
except ValueError:
    structlog.get_logger().exception("it failed", place="here")
"""


def test_local_variables_are_not_logged() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True
    )
    assert "it failed" in done.stderr and "place=here" in done.stderr
    assert "ValueError: no such thing" in done.stderr and "in fails" in done.stderr
    assert "hunter2" not in done.stderr.replace('fails("hunter2-in-a-variable")', "")


def test_one_sentence_is_said_a_few_times_a_minute_and_then_counted(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    logger, other = logging.getLogger("chatty.client"), logging.getLogger("chatty.other")
    spare(["chatty"], Sparing(lambda: now[0]))
    for number in range(1000):
        now[0] += 0.05
        logger.error("no connection to %s", number)
        if number % 500 == 0:
            other.error("no connection to %s", "another")
    assert [record.getMessage() for record in caplog.records if record.name == logger.name] == [
        f"no connection to {number}" for number in range(5)
    ]
    assert sum(record.name == other.name for record in caplog.records) == 2
    now[0] += 60
    logger.error("no connection to %s", "x")
    assert caplog.records[-1].getMessage() == "no connection to x (995 more like this were left out)"
    logger.error("something else")
    assert caplog.records[-1].getMessage() == "something else"


CLIENTS = """
import logging
import streams.connection
from streams.logs import set_up_logs
from streams.sparing import Sparing

set_up_logs("info")
for name in ("aiokafka", "aiokafka.consumer.fetcher", "aiokafka.consumer.group_coordinator"):
    print(sum(isinstance(known, Sparing) for known in logging.getLogger(name).filters))
"""


def test_the_clients_of_kafka_are_sparing_after_setting_up() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CLIENTS], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["1", "1", "1"]
