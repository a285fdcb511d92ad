"""Coupons that a member was granted (P12, A51): for points, as a benefit, or by an order for the next purchase.

A check-in with a ``coupon_id`` grants it, a payment with a ``next_coupon_id`` too; a payment with its ``coupon_id`` uses it.
"""

from collections.abc import Callable
from typing import Final

from models import changes
from models.calendar import DAY_MS
from models.crossing import NEVER
from models.feature import Feature, Step
from models.frame import Frame
from models.identity import hash64
from models.rights import Coupon, held
from models.state import MemberState
from models.work import Value
from schemas.times import to_ms
from schemas.view import Event

WARN_MS: Final = 7 * DAY_MS
"""A coupon that ends so soon is expiring."""


def _of(state: MemberState, id_: str) -> Coupon:
    return held(state.coupons, hash64(id_), Coupon, lambda one: max(one.got or 0, one.used or 0))


def grant(state: MemberState, id_: str | None, event: Event, at: int) -> int:
    """Take in that an event grants a coupon; the latest end that any event tells holds."""
    if id_ is None:
        return 0
    coupon = _of(state, id_)
    coupon.got = at if coupon.got is None else min(coupon.got, at)
    if event.coupon_expires_ts is not None:
        until = to_ms(event.coupon_expires_ts)
        coupon.until = until if coupon.until is None else max(coupon.until, until)
    return changes.RIGHTS


def paid(state: MemberState, event: Event, at: int) -> int:
    """Take in the coupons of a payment."""
    bits = grant(state, event.next_coupon_id, event, at)
    if event.coupon_id is None:
        return bits
    coupon = _of(state, event.coupon_id)
    coupon.used = at if coupon.used is None else min(coupon.used, at)
    return changes.RIGHTS


Counts = Callable[[Coupon, int], bool]


def _unused(coupon: Coupon, now: int) -> bool:
    return coupon.used is None and (coupon.until is None or now < coupon.until)


def _expiring(coupon: Coupon, now: int) -> bool:
    return coupon.used is None and coupon.until is not None and coupon.until - WARN_MS <= now < coupon.until


def _lapsed(coupon: Coupon, now: int) -> bool:
    return coupon.used is None and coupon.until is not None and coupon.until <= now


def _used(coupon: Coupon, now: int) -> bool:
    return coupon.used is not None


def _coupons(id_: str, zh: str, en: str, counts: Counts, *ahead: int) -> Step:
    """How many of the coupons granted count; it may change so long ahead of the end of one that was not used."""

    def look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
        found, next_ = 0, NEVER
        for coupon in state.coupons.values():
            if coupon.got is None:
                continue
            found += counts(coupon, now)
            if coupon.used is None and coupon.until is not None:
                next_ = min(next_, *(coupon.until - ms for ms in ahead if coupon.until - ms > now), NEVER)
        return found, next_

    return Step(id=id_, zh=zh, en=en, unit="coupons", source="P12", reads=changes.RIGHTS, look=look)


COUPONS: Final[tuple[Feature, ...]] = (
    _coupons("coupons_unused", "未用券数", "coupons granted that are valid and unused", _unused, 0),
    _coupons(
        "coupons_expiring", "即将过期券数", "unused coupons that end within 7 days", _expiring, 0, WARN_MS
    ),
    _coupons("coupons_lapsed", "过期未用券数", "coupons that ended unused", _lapsed, 0),
    _coupons("coupons_used", "已用券数", "coupons granted that an order used", _used),
)
"""All of them."""
