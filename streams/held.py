"""What the topics hold of one member at this moment: the values that a compaction would keep."""

from dataclasses import asdict, dataclass

from models.groups import state as group_state
from models.groups.erasure import names
from streams.changelog import MARKER, split
from streams.settings import Settings
from streams.store import ERASED
from streams.topics import Layout
from streams.whole_topic import read_topic

_DUE_BYTES = 8


@dataclass(frozen=True)
class Held:
    """States and facts of a member that hold: the member's state, groups that name the member, the profile."""

    members: int
    groups: int
    profiles: int

    def plain(self) -> dict[str, int]:
        """As JSON tells it."""
        return asdict(self)


async def held(settings: Settings, layout: Layout, brand_id: str, member_id: str) -> Held:
    """Read the compacted topics whole and look.

    Raises:
        aiokafka.errors.KafkaError: no broker answers.
    """
    state = await _has(settings, layout, "members-state", f"{brand_id}\x1f{member_id}".encode())
    profile = await _has(settings, layout, "member-profiles", f"{brand_id}|{member_id}".encode())
    return Held(int(state), await _groups(settings, layout, brand_id, member_id), int(profile))


async def _has(settings: Settings, layout: Layout, topic: str, key: bytes) -> bool:
    found = False
    async for record in read_topic(settings, layout, topic):
        if record.key == key:
            found = record.value is not None
    return found


async def _groups(settings: Settings, layout: Layout, brand_id: str, member_id: str) -> int:
    text, naming = member_id.encode(), set[bytes]()
    async for record in read_topic(settings, layout, "groups-state"):
        if record.key is None or record.key == MARKER or record.key.startswith(ERASED):
            continue
        naming.discard(record.key)
        if record.value is None or text not in record.value:
            continue
        state = group_state.restore(split(record.value)[1][_DUE_BYTES:])
        if state.brand_id == brand_id and names(state, member_id):
            naming.add(record.key)
    return len(naming)
