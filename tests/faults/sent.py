"""One send of the producer, as its ledger tells it (`ledger`)."""

from sys import intern

import msgspec


class Sent(msgspec.Struct):
    """What was sent and what became of it. A soak leaves millions: words that come again and again are kept once."""

    kind: str
    good: bool
    sha256: str
    acked: bool
    topic: str | None
    partition: int | None
    offset: int | None
    brand_id: str | None = None
    event_id: str | None = None
    type: str | None = None
    member_id: str | None = None
    group_id: str | None = None
    order_id: str | None = None
    paid_fen: int | None = None
    refund_fen: int | None = None
    raw: str | None = None

    def __post_init__(self) -> None:
        """Share the words."""
        self.kind = intern(self.kind)
        self.topic = _shared(self.topic)
        self.brand_id = _shared(self.brand_id)
        self.type = _shared(self.type)
        self.member_id = _shared(self.member_id)
        self.group_id = _shared(self.group_id)


def _shared(word: str | None) -> str | None:
    return None if word is None else intern(word)
