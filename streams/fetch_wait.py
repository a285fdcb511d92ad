"""How long a broker may take over a fetch.

For Apache Kafka that is how long it holds a fetch that finds nothing. The embedded broker also looks for the records within
this time, from the beginning of the partition on, and answers with none when it has run out: 15,000 batches within 8 ms, one
process, were never read, and on a busy machine neither are fewer within 250 ms. So a fetch that brings nothing although there
is something gets longer, until one brings something.
"""

from collections.abc import Collection
from typing import Any, Final

IDLE_MS: Final = 250
"""Of the worker and the sink. Each answer says that nothing came, which lets the frontier, and so timers and freshness, move
on; Faust's 1,500 ms would be their delay."""

READ_MS: Final = 100
"""Of those that read a log to its end and go."""

MOST_MS: Final = 4_000


def adapt(consumer: Any, partitions: Collection[Any], least_ms: int, *, brought: bool) -> None:
    """Set the wait of an aiokafka consumer's next fetches: longer after one that brought nothing of `partitions` although there
    is something, `least_ms` again once all has been read."""
    fetcher = consumer._fetcher
    if brought and fetcher._fetch_max_wait_ms == least_ms:
        return
    if not any(_behind(consumer, partition) for partition in partitions):
        fetcher._fetch_max_wait_ms = least_ms
    elif not brought:
        fetcher._fetch_max_wait_ms = min(MOST_MS, 2 * fetcher._fetch_max_wait_ms)


def _behind(consumer: Any, partition: Any) -> bool:
    """Whether the broker's last answer told of records that have not been read."""
    subscription = consumer._subscription.subscription
    assignment = None if subscription is None else subscription.assignment
    state = None if assignment is None else assignment.state_value(partition)
    if state is None or not state.has_valid_position or state.highwater is None:
        return False
    return bool(state.position < state.highwater)
