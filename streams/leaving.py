"""How a worker leaves its consumer group.

A broker may forget who leads a group while the group is being formed: Tansu 0.6 keeps the name of a leader that leaves then,
elects no other, and gives no member a place again (seen in row R3 of the fault matrix). So a leader asks first whether the group
stands as it knows it, and if it does not, goes without a word; the group learns of it when the session ends. Everybody else
says good-bye at any time.
"""

from typing import Any

from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import KafkaError

_say_good_bye = GroupCoordinator._maybe_leave_group


async def leave_group(coordinator: Any) -> None:
    """Leave the group, unless this is its leader and the group is being formed anew."""
    leads = (
        coordinator._group_subscription is not None
    )  # only who assigned the partitions knows the topics of all
    if coordinator.generation > 0 and leads and not await _stands(coordinator):
        coordinator.reset_generation()
    else:
        await _say_good_bye(coordinator)


async def _stands(coordinator: Any) -> bool:
    """Whether the broker answers that the group is as its leader has formed it."""
    try:
        known = await coordinator._do_heartbeat()
    except KafkaError:
        return False
    return bool(known) and not coordinator._rejoin_needed_fut.done()
