"""A member's net orders one by one, with what each was like: what windows and shares of orders are counted from.

The parcels of one parent are one purchase. Whatever is refunded leaves with its payment, at the time of the payment.
"""

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from models import stored
from models.frame import Frame
from models.orders import Order
from models.rights import Stored
from models.state import MemberState
from schemas.times import to_ms
from schemas.view import Event

DISCOUNTED: Final = 1
"""With a discount, a promotion or a coupon (T25)."""
CAMPAIGN: Final = 2
"""Within a campaign (T27)."""
GIFT_WRAPPED: Final = 4
GIFT_CARD: Final = 8
NEW_PRODUCT: Final = 16
"""With a product within its first thirty days (T30)."""
CARD: Final = 32
"""Of a card of rights or of stored value (T53, P20)."""
POINTS: Final = 64
"""Paid in part with points (P09)."""
COSTED: Final = 128
"""Of goods that all tell what they cost (M16)."""


class Purchase(NamedTuple):
    """A net order."""

    at: int
    """Latest payment, ms."""
    fen: int
    """Paid less refunded."""
    flags: int
    clean: bool
    """Whether nothing of it was ever refunded (T50)."""
    cash: int
    """What is left of it without what was paid from stored value (P20); not below 0."""


class Kind(NamedTuple):
    """A sort of purchases that a rule may count."""

    id: str
    zh: str
    en: str
    source: str
    flags: int = 0
    """What every one of them is."""
    clean: bool = False


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        kind.id: kind
        for kind in (
            Kind("net_order", "净订单", "net orders", "M02"),
            Kind("clean_order", "无退款订单", "orders without any refund", "T50", clean=True),
            Kind("discounted_order", "优惠订单", "orders at a discount", "T25", DISCOUNTED),
            Kind("campaign_order", "活动订单", "orders within a campaign", "T27", CAMPAIGN),
            Kind("gift_wrapped_order", "含包装订单", "orders wrapped as presents", "T34", GIFT_WRAPPED),
            Kind("gift_card_order", "礼品卡订单", "orders of gift cards", "T34", GIFT_CARD),
            Kind("new_product_order", "新品订单", "orders of new products", "T30", NEW_PRODUCT),
            Kind("card_order", "权益卡订单", "orders of cards", "T53", CARD),
            Kind("points_order", "积分订单", "orders paid in part with points", "P16", POINTS),
        )
    }
)
"""Sorts of purchases by id."""


_NONE: Final[Mapping[int, int]] = MappingProxyType({})


Whole = tuple[bool, int]
"""What is one purchase: a single order by its hashed id, or with the flag all parcels of one parent, by the parent's."""


class Purchases:
    """The net orders of one member, brought up to date by those that changed instead of found anew."""

    __slots__ = ("_by_day", "_made", "all", "fen")

    def __init__(self) -> None:
        self.all: list[Purchase] = []
        """The earliest payment first."""
        self.fen = 0
        """Their money together."""
        self._made: dict[Whole, Purchase] = {}
        self._by_day: dict[str, dict[int, int]] = {}
        """Number by local day of each sort that was asked for."""

    def renew(self, whole: Whole, made: Purchase | None, frame: Frame) -> None:
        """Put what a whole is at present in the place of what it was; none if nothing is left of it."""
        was = self._made.pop(whole, None)
        if was == made:
            if made is not None:
                self._made[whole] = made
            return
        if was is not None:
            del self.all[bisect_left(self.all, was)]
            self.fen -= was.fen
            self._count(was, -1, frame)
        if made is not None:
            self._made[whole] = made
            insort(self.all, made)
            self.fen += made.fen
            self._count(made, 1, frame)

    def by_day(self, kind: Kind, frame: Frame) -> Mapping[int, int]:
        """How many there are of a sort by local day."""
        found = self._by_day.get(kind.id)
        if found is None:
            found = self._by_day[kind.id] = {}
            for one in self.all:
                if matches(one, kind):
                    _add(found, frame.day(one.at), 1)
        return found

    def _count(self, one: Purchase, number: int, frame: Frame) -> None:
        day = frame.day(one.at)
        for kind, days_of_kind in self._by_day.items():
            if matches(one, KINDS[kind]):
                _add(days_of_kind, day, number)


def _add(by_day: dict[int, int], day: int, number: int) -> None:
    count = by_day.get(day, 0) + number
    if count:
        by_day[day] = count
    else:
        del by_day[day]


def _purchase(
    keys: Sequence[int], orders: Mapping[int, Order], of_stored: Mapping[int, Stored]
) -> Purchase | None:
    kept = [key for key in keys if orders[key].counts_at is not None]
    if not kept:
        return None
    left = [orders[key] for key in kept]
    flags = 0
    for parcel in left:
        flags |= parcel.flags
    at = max(parcel.at for parcel in left if parcel.at is not None)
    fen = sum(parcel.left for parcel in left)
    clean = not any(orders[key].refunded for key in keys)
    drawn = sum(stored.drawn(of_stored[key], orders[key]) for key in kept if key in of_stored)
    return Purchase(at, fen, flags, clean, max(fen - drawn, 0))


def kept_up(state: MemberState, frame: Frame) -> Purchases:
    """Net orders of a member, as of the last event."""
    book = state.book()
    found: Purchases | None = book.purchases
    if found is None:
        found = book.purchases = Purchases()
    for whole in book.take_changed():
        parcels, key = whole
        keys = book.parcels(key) if parcels else (key,)
        found.renew(whole, _purchase(keys, state.orders, state.stored), frame)
    return found


def of(state: MemberState, frame: Frame) -> Sequence[Purchase]:
    """Net orders of a member, the earliest payment first."""
    return kept_up(state, frame).all if state.orders else ()


def days(state: MemberState, kind: Kind, frame: Frame) -> Mapping[int, int]:
    """How many purchases of a sort there are by local day."""
    return kept_up(state, frame).by_day(kind, frame) if state.orders else _NONE


def matches(one: Purchase, kind: Kind) -> bool:
    """Whether a purchase is of a sort."""
    return one.flags & kind.flags == kind.flags and (one.clean or not kind.clean)


def flags_of(event: Event, paid_at: int) -> int:
    """What a payment makes its order, as bits."""
    flags = 0
    if event.discount_fen or event.promo or event.coupon_id is not None:
        flags |= DISCOUNTED
    if event.campaign_id is not None:
        flags |= CAMPAIGN
    if event.gift_wrap:
        flags |= GIFT_WRAPPED
    if event.points_used:
        flags |= POINTS
    for line in event.lines or ():
        if line.sku_type == "gift_card":
            flags |= GIFT_CARD
        elif line.sku_type in ("card", "plan"):
            flags |= CARD
        if line.launch_ts is not None and 0 <= paid_at - to_ms(line.launch_ts) <= NEW_MS:
            flags |= NEW_PRODUCT
    return flags | COSTED if cost_of(event) is not None else flags


def cost_of(event: Event) -> int | None:
    """What the goods of a payment cost, fen; none where any of them does not tell, or there are none."""
    cost = 0
    for line in event.lines or ():
        if line.cost_fen is None:
            return None
        cost += line.cost_fen * (1 if line.qty is None else line.qty)
    return cost if event.lines else None


NEW_MS: Final = 30 * 86_400_000
"""T30: a product is new for so long after its launch, ms."""
