"""Which offsets were read, which are finished, and what may be committed.

Faust's own book-keeping can commit past unfinished work and acknowledges gaps (reliability F4, F5, F6). Here an offset is
committed only as the end of the last contiguous finished chunk, and a hole is an error.
"""

from collections.abc import Iterable, Sequence

from streams.chunk import Chunk, Partition, Record


class OffsetHole(Exception):
    """Offsets are missing between two chunks: going on would lose events, so the process must end."""


class LogLost(Exception):
    """The broker has begun a log anew: what was read, committed or written is not there any more."""


class Book:
    """Positions of the partitions that one agent reads. Not thread safe: one event loop owns it."""

    def __init__(self) -> None:
        self._next: dict[Partition, int] = {}
        self._finished: dict[Partition, int] = {}
        self._committed: dict[Partition, int] = {}
        self._start: dict[Partition, int] = {}

    def begin(self, partition: Partition, committed: int) -> None:
        """A partition was assigned; `committed` is what the group has committed of it, as the broker says.

        Raises:
            LogLost: it is less than it was told before. Offsets of a group in use never go back.
        """
        before = self._start.get(partition, 0)
        if committed < before:
            raise LogLost(
                f"broker lost its log: {before} was committed of {partition.topic}[{partition.partition}], "
                f"now it says {committed}"
            )
        self._start[partition] = committed

    def admit(self, chunk: Chunk) -> Sequence[Record]:
        """Records of `chunk` not read before; advances the position.

        Raises:
            OffsetHole: the chunk starts after the offset that comes next.
            LogLost: the log ends before that offset, or the chunk starts before what was committed.
        """
        expected = self._next.get(chunk.partition)
        self._check_kept(chunk, expected)
        if expected is not None and chunk.first > expected:
            raise OffsetHole(
                f"{chunk.partition.topic}[{chunk.partition.partition}]: offset {expected} was expected, "
                f"{chunk.first} came; {chunk.first - expected} record(s) would be lost"
            )
        fresh: Sequence[Record] = chunk.records
        if expected is not None and chunk.first < expected:
            fresh = [record for record in chunk.records if record.offset >= expected]
        self._check_contiguous(chunk.partition, fresh)
        self._next[chunk.partition] = max(chunk.last + 1, expected or 0)
        return fresh

    def _check_kept(self, chunk: Chunk, expected: int | None) -> None:
        """Records below the position are read again after a seek; below the committed offset only if a log begins anew."""
        where = f"{chunk.partition.topic}[{chunk.partition.partition}]"
        if expected is not None and chunk.highwater < expected:
            raise LogLost(
                f"broker lost its log: {where} ends at {chunk.highwater}, {expected} was to be read"
            )
        committed = self._start.get(chunk.partition, 0)
        if chunk.first < committed:
            raise LogLost(
                f"broker lost its log: {where} begins again at {chunk.first}, {committed} was committed"
            )

    @staticmethod
    def _check_contiguous(partition: Partition, records: Sequence[Record]) -> None:
        if not records or records[-1].offset - records[0].offset == len(records) - 1:
            return
        for before, after in zip(records, records[1:], strict=False):
            if after.offset != before.offset + 1:
                raise OffsetHole(
                    f"{partition.topic}[{partition.partition}]: {before.offset} is followed by {after.offset}"
                )

    def position(self, partition: Partition) -> int | None:
        """Offset that comes next, or None before the first chunk."""
        return self._next.get(partition)

    def finish(self, partition: Partition, upto: int) -> None:
        """Everything below `upto` has had all its effects delivered."""
        if upto > self._finished.get(partition, -1):
            self._finished[partition] = upto

    def finish_all(self) -> None:
        """Everything admitted has had all its effects delivered."""
        self._finished.update(self._next)

    def committable(self) -> dict[Partition, int]:
        """Offsets to commit: finished and not committed yet."""
        return {
            partition: upto
            for partition, upto in self._finished.items()
            if upto > self._committed.get(partition, -1)
        }

    def committed(self, offsets: dict[Partition, int]) -> None:
        """The broker has confirmed `offsets`."""
        self._committed.update(offsets)
        self._start.update(offsets)

    def forget(self, partitions: Iterable[Partition]) -> None:
        """Partitions were revoked: what comes next for them is not known any more."""
        for partition in partitions:
            for known in (self._next, self._finished, self._committed):
                known.pop(partition, None)
