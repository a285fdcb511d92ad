from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import purchases, rfm
from models.features import BY_ID
from models.fold import fold
from models.frame import Frame
from models.purchases import Purchase
from models.state import MemberState, initial, restore, snapshot
from schemas.view import Event

DAY = 86_400_000
START = 1_767_600_000_000
NOW = START + 500 * DAY


class Entry(NamedTuple):
    """A payment or a refund of order ``o``, a parcel of an order that was split if its number is even."""

    is_payment: bool
    order: int
    fen: int
    at: int
    paid_at: int | None
    cashback: bool


ENTRIES = st.lists(
    st.builds(
        Entry,
        is_payment=st.booleans(),
        order=st.integers(0, 6),
        fen=st.sampled_from([0, 100, 500, 1000]),
        at=st.integers(0, 500).map(lambda day: START + day * DAY + 5),
        paid_at=st.one_of(st.none(), st.integers(0, 500).map(lambda day: START + day * DAY)),
        cashback=st.integers(0, 9).map(lambda n: n == 0),
    ),
    max_size=30,
)


def event(number: int, entry: Entry) -> Event:
    return Event(
        event_id=f"e{number}",
        kind="order",
        type="paid" if entry.is_payment else "refunded",
        ts=entry.at,
        order_id=f"o{entry.order}",
        parent_order_id=f"p{entry.order // 4}" if entry.order % 2 == 0 else None,
        paid_fen=entry.fen,
        refund_fen=entry.fen,
        refund_type="cashback" if entry.cashback else None,
        paid_ts_orig=entry.paid_at,
    )


def after(events: list[Event], frame: Frame, ask: bool) -> MemberState:
    """State after the events; with ``ask`` it is read between them, as in life."""
    state = initial("default", "m1", 1)
    for offset, one in enumerate(events):
        assert fold(state, one, 0, offset, frame)
        if ask:
            rfm.money(state, NOW, 365, frame)
            rfm.frequency(state, NOW, 365, frame)
    return state


class Truth(NamedTuple):
    """What the definitions say, summed anew."""

    orders: int
    revenue: int
    last_paid_at: int | None
    f: int
    m_fen: int


def by_definition(entries: list[Entry], frame: Frame) -> Truth:
    entries = [one for one in entries if one.is_payment or not one.cashback]
    net_times: dict[str, int] = {}
    m_fen = 0
    for order in {one.order for one in entries}:
        mine = [one for one in entries if one.order == order]
        left = sum(one.fen if one.is_payment else -one.fen for one in mine)
        paid_at = max((one.at for one in mine if one.is_payment), default=None)
        booked_at = paid_at
        if booked_at is None:
            booked_at = min(one.at if one.paid_at is None else one.paid_at for one in mine)
        if frame.day(NOW) - frame.day(booked_at) <= 365:
            m_fen += left
        if left > 0 and paid_at is not None:
            whole = f"p{order // 4}" if order % 2 == 0 else f"o{order}"
            net_times[whole] = max(paid_at, net_times.get(whole, 0))
    return Truth(
        len(net_times),
        sum(one.fen if one.is_payment else -one.fen for one in entries),
        max(net_times.values(), default=None),
        sum(frame.day(NOW) - frame.day(at) <= 365 for at in net_times.values()),
        m_fen,
    )


@settings(max_examples=200, deadline=None)
@given(entries=ENTRIES, ask=st.booleans(), data=st.data())
def test_orders_are_the_definition_in_any_order(
    frame: Frame, entries: list[Entry], ask: bool, data: st.DataObject
) -> None:
    events = [event(number, entry) for number, entry in enumerate(entries)]
    state = after(data.draw(st.permutations(events)), frame, ask)
    assert by_definition(entries, frame) == Truth(
        rfm.net_orders(state),
        state.book().revenue,
        rfm.last_paid_at(state),
        rfm.frequency(state, NOW, 365, frame)[0],
        rfm.money(state, NOW, 365, frame)[0],
    )


@settings(max_examples=200, deadline=None)
@given(entries=ENTRIES, data=st.data())
def test_purchases_kept_up_are_those_found_anew(
    frame: Frame, entries: list[Entry], data: st.DataObject
) -> None:
    """Asked after each event, with presents, stored value, and parcels that are known as such late or never."""
    state = initial("default", "m1", 1)
    for number, entry in enumerate(entries):
        one = event(number, entry)
        kept = data.draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
        one = msgspec.structs.replace(
            one, parent_order_id=one.parent_order_id if kept[0] else None, gift_wrap=kept[1],
            stored_fen=one.paid_fen if kept[2] else None,
        )  # fmt: skip
        assert fold(state, one, 0, number, frame)
        in_memory = seen_as(state, frame)
        assert in_memory == seen_as(restore(snapshot(state)), frame)
    assert sum(seen_as(state, frame)[1]["net_order"].values()) == rfm.net_orders(state)


def seen_as(state: MemberState, frame: Frame) -> tuple[list[Purchase], dict[str, dict[int, int]], object]:
    """Purchases, how many of each sort there are by day, and what an average one is worth."""
    by_day: dict[str, dict[int, int]] = {
        name: dict(purchases.days(state, kind, frame)) for name, kind in purchases.KINDS.items()
    }
    average = BY_ID["avg_order_fen"].value(state, NOW, frame)
    return list(purchases.of(state, frame)), by_day, average


def pay(number: int, order: str, fen: int, day: int, **more: str) -> Event:
    at = START + day * DAY
    return Event(
        event_id=f"p{number}", kind="order", type="paid", ts=at, order_id=order, paid_fen=fen, **more
    )


def refund(number: int, order: str, fen: int, day: int, **more: str) -> Event:
    at = START + day * DAY
    return Event(
        event_id=f"r{number}", kind="order", type="refunded", ts=at, order_id=order, refund_fen=fen, **more
    )


def test_a_full_refund_of_the_latest_falls_back_to_the_one_before(frame: Frame) -> None:
    state = after([pay(1, "o1", 100, 0), pay(2, "o2", 100, 9), refund(1, "o2", 100, 10)], frame, ask=True)
    assert rfm.last_paid_at(state) == START
    assert rfm.r_days(state, START + 10 * DAY, frame) == 10


def test_a_partial_refund_leaves_an_order(frame: Frame) -> None:
    state = after([pay(1, "o1", 100, 0), refund(1, "o1", 99, 10)], frame, ask=True)
    assert rfm.net_orders(state) == 1
    assert state.book().revenue == 1


def test_a_cashback_is_no_refund(frame: Frame) -> None:
    state = after([pay(1, "o1", 100, 0), refund(1, "o1", 100, 10, refund_type="cashback")], frame, ask=True)
    assert (rfm.net_orders(state), state.book().revenue, state.book().refunds) == (1, 100, 0)


def test_a_refund_of_a_payment_never_seen_lowers_revenue(frame: Frame) -> None:
    state = after([refund(1, "o1", 100, 10)], frame, ask=True)
    assert (rfm.net_orders(state), state.book().revenue, rfm.last_paid_at(state)) == (0, -100, None)


def test_parcels_of_one_order_count_once(frame: Frame) -> None:
    parcels = [pay(n, f"o{n}", 100, n, parent_order_id="whole") for n in (1, 2, 3)]
    state = after(parcels, frame, ask=True)
    assert (rfm.net_orders(state), state.book().revenue) == (1, 300)
    fold(state, refund(1, "o3", 100, 5), 1, 0, frame)
    assert rfm.last_paid_at(state) == START + 2 * DAY


@pytest.mark.parametrize(("day", "expected"), [(365, 1), (366, 0)])
def test_the_window_ends_with_its_day(frame: Frame, day: int, expected: int) -> None:
    state = after([pay(1, "o1", 100, 0)], frame, ask=False)
    count, until = rfm.frequency(state, START + day * DAY, 365, frame)
    assert count == expected
    assert rfm.money(state, START + day * DAY, 365, frame)[0] == 100 * expected
    if expected:
        assert rfm.frequency(state, until - 1, 365, frame)[0] == 1
        assert rfm.frequency(state, until, 365, frame)[0] == 0
