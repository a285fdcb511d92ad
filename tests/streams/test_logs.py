"""What is logged of an error does not show the variables around it."""

import subprocess
import sys

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
