"""Intake: any producer, any key in; validated rows, by member and by group, out.

Each event is validated once. What is wrong goes to the dead-letter topic with the reason and the original bytes; what is
right is forwarded as it stands, packed. Marks tell the agents behind how far each source has been forwarded.
"""

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from operator import attrgetter

from schemas.accept import accept
from schemas.errors import ContractError
from schemas.rows import KINDS, ROWS_VERSION, Row, Rows, encode_rows, source_number
from sinks.metrics import METRICS
from streams.align import Aligner
from streams.cadence import Cadence
from streams.chunk import Partition, Record
from streams.failpoints import passes
from streams.flow import Flow, Offsets
from streams.frontier import ENDED
from streams.letters import Letters, dead_letter
from streams.outbox import Outbox, partition_of

MARK_SECONDS = 0.25
"""Longest time between two marks of a source: timers fire at most this late."""

PACK_BYTES = 600_000
"""Most bytes of events in a packed record. With some 30 bytes of its own for each row, and no event shorter than 75 bytes,
the record stays below a batch (`streams.outbox.BATCH_BYTES`)."""

NOBODY = "\x1e"
"""Begins the key of an event without a member: such events spread over the partitions by their id."""

END_HEADER = "qunpulse-end"
"""Header of the control record with which a replay ends a partition."""


class Intake(Flow):
    """The flow of the intake agent."""

    name = "intake"

    def __init__(
        self,
        offsets: Offsets,
        outbox: Outbox,
        *,
        kinds: dict[str, str],
        member_topic: tuple[str, int],
        group_topic: tuple[str, int],
        letters: Letters,
        now: Callable[[], int],
        replay: bool,
        idle_seconds: float,
        max_event_bytes: int,
        max_ahead_ms: int,
        flush_seconds: float,
        flush_rows: int,
    ) -> None:
        """`kinds` maps full topic names to event kinds; a topic pair is full name and number of partitions."""
        super().__init__(offsets, outbox, flush_seconds, flush_rows)
        # Nothing is told once instead of twice here, and the agents behind should have work.
        self.cadence = Cadence(flush_seconds, flush_rows, behind_seconds=1.0, behind_factor=1)
        self._kinds = kinds
        self._member_topic, self._member_partitions = member_topic
        self._group_topic, self._group_partitions = group_topic
        self._letters = letters
        self._now = now
        self._replay = replay
        self._idle_seconds = idle_seconds
        self._limits = (max_event_bytes, max_ahead_ms)
        self._aligner = Aligner()
        self._clock = 0
        self._marks: dict[int, int] = {}
        self._marked_at = 0.0
        self._marks_moved = False
        self._clear_rows()

    def _clear_rows(self) -> None:
        self._for_members: list[list[Row]] = [[] for _ in range(self._member_partitions)]
        self._for_groups: list[list[Row]] = [[] for _ in range(self._group_partitions)]

    async def open(self, partitions: set[Partition]) -> None:
        self._aligner.clear()
        self._marks.clear()
        for partition in partitions:
            self._aligner.follow(self._source(partition))

    def close(self) -> None:
        self._aligner.clear()
        self._clear_rows()
        self.outbox.clear()

    def _source(self, partition: Partition) -> int:
        return source_number(self._kinds[partition.topic], partition.partition)

    async def work(self, partition: Partition, records: Sequence[Record]) -> None:
        source = self._source(partition)
        METRICS.events_consumed.labels(topic=partition.topic).inc(len(records))
        if self._replay:
            self._aligner.add(source, partition, records)
            self._release_aligned()
            return
        now = self._now()
        newest = -1
        self._letters.taken(partition.topic, len(records))
        for record in records:
            clock = min(record.timestamp, now)
            self._accept(source, partition, record, clock, now)
            newest = max(newest, clock)
        self._set_mark(source, newest)
        passes("decode")
        self.rows += len(records)

    def _release_aligned(self) -> None:
        now = self._now()
        for source, partition, record in self._aligner.ready(self._quiet()):
            self.rows += 1
            self._clock = max(
                self._clock, record.timestamp
            )  # not the event's: that one may be ahead of every clock
            if any(name == END_HEADER for name, _ in record.headers or ()):
                self._aligner.end(source)
            else:
                self._letters.taken(partition.topic, 1)
                self._accept(source, partition, record, self._clock, now)
            self.book.finish(partition, record.offset + 1)

    def _quiet(self) -> frozenset[int]:
        """Sources at their end, when nothing has come for a while: in a replay without an end they hold nobody back."""
        if time.monotonic() - self.progress_at < self._idle_seconds:
            return frozenset()
        return frozenset(
            self._source(partition)
            for partition in self.partitions
            if self.offsets.end_offset(partition) == self.position(partition)
        )

    def _accept(self, source: int, partition: Partition, record: Record, clock: int, now: int) -> None:
        raw = record.value
        try:
            event = accept(raw, now, self._kinds[partition.topic], *self._limits)
        except ContractError as error:
            self._refuse(partition, record, error, now)
            return
        assert raw is not None
        row = Row(source, record.offset, clock, event.ts, raw)
        brand, member, group = event.brand_id, event.member_id, event.group_id
        key = f"{brand}\x1f{member or NOBODY + event.event_id}".encode()
        self._for_members[partition_of(key, self._member_partitions)].append(row)
        if group is not None:
            key = f"{brand}\x1f{group}".encode()
            self._for_groups[partition_of(key, self._group_partitions)].append(row)

    def _refuse(self, partition: Partition, record: Record, error: ContractError, now: int) -> None:
        letter = dead_letter(*partition, record, "contract", error.reason.value, error.detail, now)
        self._letters.put(self.outbox, letter)

    async def idle(self) -> None:
        if self._replay:
            self._release_aligned()
        if time.monotonic() - self._marked_at >= MARK_SECONDS:
            self._advance_marks()

    def _advance_marks(self) -> None:
        """Marks of idle sources move too: that is how silence is told from lag."""
        self._marked_at = time.monotonic()
        now = self._now()
        for partition in self.partitions:
            mark = self._mark(partition, now)
            if mark is not None:
                self._set_mark(self._source(partition), mark)

    def _set_mark(self, source: int, mark: int) -> None:
        if mark > self._marks.get(source, -1):
            self._marks[source] = mark
            self._marks_moved = True

    def _mark(self, partition: Partition, now: int) -> int | None:
        """Arrival clock up to which everything of `partition` has been taken, or None when that is not known."""
        if self._replay:
            return ENDED + self._clock if self._aligner.ended else self._clock
        end, polled = self.offsets.end_offset(partition), self.offsets.polled_at(partition)
        if end is None or polled is None or end > self.position(partition):
            return None
        return min(now, polled)

    def pending(self) -> bool:
        return self._marks_moved or super().pending()

    def finish(self) -> None:
        if (
            not self._replay
        ):  # a replay finishes record by record: what the aligner holds back is not finished
            self.book.finish_all()

    def prepare(self) -> None:
        """One packed record per target partition (more when large), marks in each: all targets hear of all sources."""
        if self._replay:
            self._advance_marks()
        marks, self._marks_moved = dict(self._marks), False
        for topic, packed in (
            (self._member_topic, self._for_members),
            (self._group_topic, self._for_groups),
        ):
            for number, rows in enumerate(packed):
                for record in packed_records(marks, rows):
                    self.outbox.put_at(Partition(topic, number), None, record)
        self._clear_rows()


def packed_records(marks: dict[int, int], rows: list[Row]) -> Iterator[bytes]:
    """Records that carry `rows` in order, each of at most `PACK_BYTES` of events; the last one carries `marks`."""
    upto = list(accumulate(map(len, map(attrgetter("raw"), rows))))
    start, done = 0, 0
    while (end := max(start + 1, bisect_right(upto, done + PACK_BYTES, start))) < len(rows):
        yield encode_rows(Rows(ROWS_VERSION, {}, rows[start:end]))
        start, done = end, upto[end - 1]
    if marks or start < len(rows):
        yield encode_rows(Rows(ROWS_VERSION, marks, rows[start:]))


def input_kinds(topic: Callable[[str], str]) -> dict[str, str]:
    """Full topic name to event kind."""
    return {topic(kind): kind for kind in KINDS}
