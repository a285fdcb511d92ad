"""Stored value (P20): what is left on a member's cards, and what of their revenue was no new money.

Money comes in once, when a card is loaded. An order paid with stored value is an order like any other, but what was paid that way
is left out of revenue. Of an order of which something was refunded, cards and stored value count as gone back in the same
proportion, unless the refund tells how much went back to stored value. All is booked at the payment, as money is (M03).
"""

from collections.abc import Iterator
from typing import Final

from models.crossing import NEVER
from models.orders import Order
from models.rights import Stored
from models.state import MemberState
from schemas.view import Event

_MOST: Final = 1 << 62
"""An amount stops here, so that it fits the 64 bits that are stored."""


def paid(state: MemberState, key: int, event: Event) -> None:
    """Take in a payment of the order with the hashed id ``key``."""
    loaded, spent = loaded_by(event), min(event.stored_fen or 0, event.paid_fen or 0)
    if loaded or spent:
        of_order = state.stored.setdefault(key, Stored())
        of_order.loaded = min(of_order.loaded + loaded, _MOST)
        of_order.spent += spent


def refunded(state: MemberState, key: int, event: Event) -> None:
    """Take in a refund of the order."""
    if event.stored_fen is not None:
        of_order = state.stored.setdefault(key, Stored())
        of_order.back += min(event.stored_fen, event.refund_fen or 0)
        of_order.tells = True


def loaded_by(event: Event) -> int:
    """Face value of the cards that a payment buys: a gift card without one holds its price, another card nothing."""
    fen = 0
    for line in event.lines or ():
        face = line.face_fen
        if face is None and line.sku_type == "gift_card":
            face = line.unit_fen
        if face is not None and line.sku_type in ("card", "gift_card"):
            fen += face * (1 if line.qty is None else line.qty)
    return fen


def drawn(of_order: Stored, order: Order) -> int:
    """Stored value that an order cost, less what went back to it, fen."""
    if of_order.tells or not order.paid:
        return of_order.spent - of_order.back
    return of_order.spent - of_order.spent * min(order.refunded, order.paid) // order.paid


def _on_card(of_order: Stored, order: Order) -> int:
    """What is left of the face value of an order's cards, fen."""
    if not order.paid:
        return 0 if order.refunded else of_order.loaded
    return of_order.loaded * max(order.left, 0) // order.paid


def moves(state: MemberState) -> Iterator[tuple[int, int, int]]:
    """Of each order that moved stored value: when, what it loaded and what it drew."""
    for key, of_order in state.stored.items():
        order = state.orders[key]
        loads, draws = _on_card(of_order, order), drawn(of_order, order)
        if loads or draws:
            yield order.booked_at, loads, draws


def revenue(state: MemberState) -> int:
    """Paid less refunded over the whole life, fen, without what was paid from stored value."""
    if not state.orders:
        return 0
    fen = state.book().revenue
    return fen - sum(draws for _, _, draws in moves(state)) if state.stored else fen


def drawn_since(state: MemberState, since: int) -> tuple[int, int]:
    """Stored value drawn at ``since`` or later, fen, and the earliest of these times."""
    found = [(at, draws) for at, _, draws in moves(state) if draws and at >= since]
    return sum(draws for _, draws in found), min((at for at, _ in found), default=NEVER)
