"""The aligner: one order, whatever the chunks were."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from streams.align import Aligner
from streams.chunk import Partition


@dataclass
class Rec:
    timestamp: int
    offset: int
    headers: list[tuple[str, bytes]] = field(default_factory=list)
    key: bytes | None = None
    value: bytes | None = None


def partition(source: int) -> Partition:
    return Partition("t", source)


@given(st.data())
def test_any_chunking_gives_the_same_order(data: st.DataObject) -> None:
    stamps = data.draw(st.lists(st.lists(st.integers(0, 30), max_size=20), min_size=1, max_size=4))
    logs = {s: [Rec(stamp, i) for i, stamp in enumerate(sorted(log))] for s, log in enumerate(stamps)}
    expected = sorted((r.timestamp, s, r.offset) for s, log in logs.items() for r in log)
    aligner, released = Aligner(), []
    for source in logs:
        aligner.follow(source)
    waiting = {source: list(log) for source, log in logs.items()}
    while waiting:
        source = data.draw(st.sampled_from(sorted(waiting)))
        count = data.draw(st.integers(1, 5))
        chunk, waiting[source] = waiting[source][:count], waiting[source][count:]
        aligner.add(source, partition(source), chunk)
        if not waiting[source]:
            del waiting[source]
            aligner.end(source)
        released += [(r.timestamp, s, r.offset) for s, _, r in aligner.ready()]
    assert released == expected
    assert aligner.ended
    assert aligner.buffered == 0


def test_waits_for_a_source_with_nothing_at_hand() -> None:
    aligner = Aligner()
    aligner.follow(0)
    aligner.follow(1)
    aligner.add(0, partition(0), [Rec(5, 0), Rec(9, 1)])
    assert list(aligner.ready()) == []
    assert [r.offset for _, _, r in aligner.ready(quiet=frozenset({1}))] == [0, 1]
    assert not aligner.ended


def test_an_end_met_while_releasing_lets_the_others_go_on() -> None:
    aligner = Aligner()
    aligner.add(0, partition(0), [Rec(1, 0)])
    aligner.add(1, partition(1), [Rec(2, 0), Rec(3, 1)])
    order = []
    for source, _, record in aligner.ready():
        order.append((source, record.offset))
        if source == 0:
            aligner.end(0)
    assert order == [(0, 0), (1, 0), (1, 1)]
