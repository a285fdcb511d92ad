"""What visits, carts and payments count for, beside money (see `models.record`)."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from models import answers, carts, changes, golden, looks, plans, sessions
from models.counting import Recorder, count, total, words
from models.dear import PRICED, word_of
from models.frame import Frame
from models.measures import KEPT_DAYS
from models.state import MemberState
from models.tally import add_amount
from models.touches import first
from schemas.view import Event, Line

PRICES: Final = ((5_000, "0-50"), (10_000, "50-100"), (20_000, "100-200"), (50_000, "200-500"))
"""T22: price bands, fen below which and yuan; what costs more is ``500-``."""


def _visited(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    sessions.visit(state, at)
    looks.look(state, event.lines, at, day)
    bits = count(state, "visited", day) | total(state, "dwell_ms", day, event.dwell_ms)
    if event.action in ("comment", "favorite"):
        bits |= count(state, event.action, day)
    looked = [event.query_category, *(line.category for line in event.lines or ())]
    bits |= words(state, "interest", day, looked) | offered(state, event, day)
    return bits | words(state, "followed", day, looked) if event.action in ("follow", "favorite") else bits


def _carted(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    bits = count(state, event.type, day) | offered(state, event, day)
    if event.type == "cart_removed":
        looks.remove(state, event.lines, at)
        return bits | _in_cart(state, event.lines, "removed", at)
    looks.look(state, event.lines, at, day)
    bits |= words(state, "carted", day, (line.category for line in event.lines or ()))
    return bits | _in_cart(state, event.lines, "added", at)


def _in_cart(state: MemberState, lines: list[Line] | None, part: carts.Part, at: int) -> int:
    skus = [line.sku for line in lines or () if line.sku is not None]
    for sku in skus:
        carts.touch(state, sku, part, at)
    return changes.CARTS if skus else 0


def _placed(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    bits = count(state, "placed", day) | offered(state, event, day) | answers.act(state, at, day)
    bits |= plans.use(state, event, at, day)
    return bits | count(state, "groupbuy", day) if event.groupbuy_id is not None else bits


def _paid(state: MemberState, event: Event, at: int, day: int, frame: Frame) -> int:
    bits = count(state, "paid", day) | offered(state, event, day) | answers.act(state, at, day)
    bits |= plans.use(state, event, at, day)
    bits |= total(state, "discount_fen", day, event.discount_fen)
    bits |= total(state, "points_used", day, event.points_used)
    bits |= words(state, "golden", day, (golden.band(at, frame.calendar),))
    bits |= words(state, "promo", day, (one.type for one in event.promo or ()))
    if event.code_word is not None:
        bits |= count(state, "code_word", day)
    bits |= words(state, "shop", day, (event.platform,)) | words(state, "address", day, (event.address_hash,))
    lines = event.lines
    if lines:
        looks.decide(state, event, lines, at)
        bits |= _lines(state, lines, day) | _in_cart(state, lines, "paid", at)
        roles = [line.product_role for line in lines if line.product_role]
        if roles and first(state.touches, "first_role", at, min(roles)):
            bits |= changes.TOUCHES
        if first(state.touches, "first_goods", at, "trial" if any(map(_is_trial, lines)) else "other"):
            bits |= changes.TOUCHES
    return bits


def offered(state: MemberState, event: Event, day: int) -> int:
    """M15: a promotion that an event names is on offer to the member that day."""
    return words(state, "offered", day, (one.type for one in event.promo)) if event.promo else 0


def _lines(state: MemberState, lines: list[Line], day: int) -> int:
    bits = words(state, "category", day, (line.category for line in lines))
    bits |= words(state, "series", day, (line.series for line in lines))
    bits |= words(state, "role", day, (line.product_role for line in lines))
    for line in lines:
        bits |= _money(state, line, day)
    bits |= words(state, "price", day, (_price(line.unit_fen) for line in lines))
    return bits | words(state, "attribute", day, (word for line in lines for word in _attributes(line)))


def _money(state: MemberState, line: Line, day: int) -> int:
    """M06: on offer is what is said to be, or cost less than its list price."""
    price = line.unit_fen
    if price is None:
        return 0
    fen = price * (1 if line.qty is None else line.qty)
    bits = total(state, "goods_fen", day, fen)
    if fen > 0 and line.category:
        add_amount(state.keyed, PRICED, word_of(line.category, price), day, fen, KEPT_DAYS)
    if line.is_special or (line.list_fen is not None and price < line.list_fen):
        bits |= total(state, "special_fen", day, fen)
    return bits


def _is_trial(line: Line) -> bool:
    return line.product_role == "trial" or line.sku_type == "trial"


def _price(fen: int | None) -> str | None:
    return None if fen is None else next((band for below, band in PRICES if fen < below), "500-")


def _attributes(line: Line) -> Iterable[str]:
    for name, value in (line.attrs or {}).items():
        if isinstance(value, str):
            yield f"{name}={value}"[:128]


ORDERS: Final[Mapping[str, Recorder]] = MappingProxyType(
    {"visited": _visited, "cart_added": _carted, "cart_removed": _carted, "placed": _placed, "paid": _paid}
)
"""By event type."""
