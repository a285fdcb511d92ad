"""When a flow flushes."""

from streams.cadence import QUIET_SECONDS, Backlog, Cadence
from streams.chunk import Partition

A, B = Partition("a", 0), Partition("b", 1)
CADENCE = Cadence(0.2, 1000, behind_seconds=5.0, behind_factor=5)


def test_live_the_settings_hold() -> None:
    assert not CADENCE.due(rows=999, since_flush=0.19, backlog=False, since_chunk=0.0)
    assert CADENCE.due(rows=1000, since_flush=0.0, backlog=False, since_chunk=0.0)
    assert CADENCE.due(rows=0, since_flush=0.2, backlog=False, since_chunk=0.0)


def test_behind_a_backlog_flushes_are_fewer_and_still_bounded() -> None:
    assert not CADENCE.due(rows=4999, since_flush=4.9, backlog=True, since_chunk=0.0)
    assert CADENCE.due(rows=5000, since_flush=0.0, backlog=True, since_chunk=0.0)
    assert CADENCE.due(rows=1, since_flush=5.0, backlog=True, since_chunk=0.0)


def test_a_flow_without_chunks_is_not_kept_waiting() -> None:
    assert CADENCE.due(rows=1, since_flush=1.0, backlog=True, since_chunk=QUIET_SECONDS)


def test_a_setting_longer_than_the_time_behind_is_kept() -> None:
    slow = Cadence(9.0, 1000, behind_seconds=5.0)
    assert not slow.due(rows=1, since_flush=6.0, backlog=True, since_chunk=0.0)


def test_a_backlog_lasts_until_its_last_partition_is_read_or_revoked() -> None:
    backlog = Backlog()
    assert not backlog
    backlog.note(A, 10)
    backlog.note(B, 3)
    backlog.note(A, 0)
    assert backlog
    backlog.forget([B])
    assert not backlog
