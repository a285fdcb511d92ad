"""A partition of ``alerts`` as one receiver's flow sees it."""

from aiokafka import TopicPartition

from streams.notify.ledger import Ledger


class Place:
    """A partition and its ledger."""

    def __init__(self, partition: TopicPartition, ledger: Ledger) -> None:
        self.partition = partition
        self.ledger = ledger
        self.start_end: int | None = None
        """High watermark of the first answer: nothing is told before it is reached, so that a backlog is told once."""
        self.ready = False
        """It was reached."""
        self.uncommitted = True
        """Something was read since the last commit, or there was none: a commit also says that the receiver is no new one."""
