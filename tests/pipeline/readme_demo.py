"""The README's first command, as a user runs it: how long until the first tag, and whether Ctrl-C ends everything.

Run as ``./run python tests/pipeline/readme_demo.py``; CI does. Prints what it measured; exits 1 when a promise is broken.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FIRST_TAG_SECONDS = 60.0
END_SECONDS = 5.0
ALERT_SECONDS = 90.0


def main() -> int:
    """Start the demo, wait for a tag and an alert, press Ctrl-C."""
    started = time.monotonic()
    demo = subprocess.Popen(
        [str(ROOT / "run"), "demo"], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert demo.stdout is not None
    first_tag = alert = None
    for line in demo.stdout:
        print(line, end="", flush=True)
        now = time.monotonic() - started
        if first_tag is None and re.search(r"first tag after", line):
            first_tag = now
        if "▲" in line:
            alert = now
        if alert is not None or now > ALERT_SECONDS:
            break
    children = descendants(demo.pid)
    pressed = time.monotonic()
    os.killpg(demo.pid, signal.SIGINT)
    code = demo.wait(30)
    ended = time.monotonic() - pressed
    left = [pid for pid in children if Path(f"/proc/{pid}").exists() and state(pid) != "Z"]
    print(
        f"first tag after {first_tag} s, alert after {alert} s, ended {ended:.1f} s after Ctrl-C, exit {code}, left {left}"
    )
    kept = first_tag is not None and first_tag < FIRST_TAG_SECONDS and alert is not None
    return 0 if kept and ended < END_SECONDS and code == 0 and len(children) >= 3 and not left else 1


def descendants(pid: int) -> list[int]:
    """Processes started by `pid`, and theirs."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
    found, grown = {pid}, True
    while grown:
        more = {child for child, parent in parents.items() if parent in found} - found
        grown = bool(more)
        found |= more
    return sorted(found - {pid})


def state(pid: int) -> str:
    """One letter of /proc, Z for one that has ended and was not waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"


if __name__ == "__main__":
    sys.exit(main())
