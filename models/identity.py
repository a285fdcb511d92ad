"""Names as numbers, and which events were applied already."""

from hashlib import blake2b
from typing import Final

LEAST_RECENT: Final = 64
KEPT_RECENT: Final = 192
MOST_RECENT: Final = 256
RECENT_S: Final = 7 * 86_400
"""A member's last 64 event ids are always known, of older ones those of the last 7 days of event time; of no more
than 256 in all. A producer's repeat that comes later than that counts again; the fence still catches the pipeline's
own, however far back."""


def hash64(name: str) -> int:
    """64 bits of BLAKE2b: among a member's ids two alike are not to be expected in the life of the universe.

    >>> hash64("e1") == hash64("e1") != hash64("e2")
    True
    """
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def remember(recent: dict[int, int], mark: int, at: int) -> bool:
    """Note the id hashed to ``mark`` of an event of the time ``at`` (ms); whether it is new.

    ``recent`` maps marks to seconds of event time, in order of arrival. It is trimmed once for 64 events, since
    taking the first entry out of a dictionary again and again is slow.
    """
    if mark in recent:
        return False
    recent[mark] = second = at // 1000
    if len(recent) % LEAST_RECENT == 0 and len(recent) > LEAST_RECENT:
        _trim(recent, second - RECENT_S)
    return True


def _trim(recent: dict[int, int], since: int) -> None:
    """Leave the last 64, and of those before them what is not older than ``since``, up to 192 in all."""
    entries = list(recent.items())
    most = KEPT_RECENT if len(entries) >= MOST_RECENT else len(entries)
    older, latest = entries[-most:-LEAST_RECENT], entries[-LEAST_RECENT:]
    recent.clear()
    recent.update(entry for entry in older if entry[1] >= since)
    recent.update(latest)
