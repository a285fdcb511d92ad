"""What was applied already: the pipeline's own repeats and a producer's."""

from hashlib import blake2b

from models.groups.state import GroupState


def admit(state: GroupState, source: int, offset: int, event_id: str, kept: int) -> bool:
    """Whether an event is new; remembers it if so.

    The fence (``source`` -> last applied offset) catches everything the pipeline reads twice. The last
    ``kept`` event ids of the group catch a producer that sent one event twice; a repeat further back is not
    known for one.
    """
    fence = state.fence
    if offset <= fence.get(source, -1):
        return False
    fence[source] = offset
    mark = int.from_bytes(blake2b(event_id.encode(), digest_size=8).digest(), "big")
    ids = state.ids
    if mark in ids:
        return False
    ids[mark] = 0
    if len(ids) > kept:
        del ids[next(iter(ids))]
    return True
