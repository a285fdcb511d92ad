"""Tunables of the members' decisions: each with its unit, and the catalogue row that its default comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from models.palive import Spread
from models.service import Service

OWN_ROLES: Final = frozenset({"customer", "kol"})
"""Roles whose acts are a member's own activity; staff, bots and admins never are (M12, F08)."""


@dataclass(frozen=True, slots=True)
class Act:
    """What an own act of one type counts for."""

    weight: float
    """Points of the activity score (M12)."""
    capped: bool = False
    """Whether it counts against the daily cap: acts that cost nothing to repeat (刷屏)."""
    speaks: bool = False
    """Whether it breaks a silence: an own message or check-in (T67)."""


_CHATTED: Final = {"message": 1.0, "solitaire": 1.0, "dice": 0.2}
_TOUCHED: Final = {"red_packet_claimed": 0.5, "moments_like": 0.5}
_DONE: Final = {
    "red_packet_sent": 2.0,
    "push_opened": 0.5,
    "push_clicked": 1.0,
    "share": 3.0,
    "moments_post": 2.0,
    "moments_comment": 1.0,
    "group.joined": 0.5,
    "contact.added": 0.5,
    "account.followed": 0.5,
    "member.registered": 0.5,
    "invite.sent": 3.0,
    "visited": 0.5,
    "cart_added": 1.0,
    "cart_removed": 0.2,
    "placed": 2.0,
    "paid": 5.0,
}
_CHECKED_IN: Final = {
    "signin": 1.0,
    "task": 2.0,
    "quiz": 1.0,
    "quiz_test": 2.0,
    "contest": 2.0,
    "form": 2.0,
    "enroll": 2.0,
    "attend": 3.0,
    "like_collect": 2.0,
    "photo_share": 3.0,
    "code_word": 1.0,
    "lottery": 1.0,
    "bargain": 1.0,
    "game": 1.0,
    "claim": 1.0,
    "redeem": 2.0,
}


def _acts() -> Mapping[str, Act]:
    acts = {kind: Act(weight, capped=True, speaks=True) for kind, weight in _CHATTED.items()}
    acts |= {kind: Act(weight, capped=True) for kind, weight in _TOUCHED.items()}
    acts |= {kind: Act(weight) for kind, weight in _DONE.items()}
    acts |= {kind: Act(weight, speaks=True) for kind, weight in _CHECKED_IN.items()}
    return MappingProxyType(acts)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberParams:
    """What an operator may tune; days are calendar days unless said otherwise.

    "Within n days" means everywhere that the numbers of the two local days differ by at most n.
    """

    acts: Mapping[str, Act] = field(default_factory=_acts)
    """Own acts by event type. Every other type is passive: it befalls the member (a push, a refund, being removed)
    and says nothing of their activity. The weights are ours: a message is 1, what costs more effort counts more."""

    half_life_days: float = 7.0
    """M12: days after which an act counts half. At least a quarter of a day, below which sums lose precision."""

    cap_per_day: float = 20.0
    """M12: points that the capped acts of one day can bring at most: 20 messages."""

    new_days: int = 30
    """M10: still new so many days after joining or first paying."""
    active_days: int = 90
    """M10: active while the last order (or act) is at most so many days ago."""
    sleeping_days: int = 180
    """M10: sleeping up to here, lost beyond."""

    freq_days: int = 90
    """M11: window of the frequency."""
    freq_high: int = 6
    """M11: net orders in the window from which the frequency is high."""
    freq_mid: int = 3
    """M11: the same for mid; one order is low."""

    rfm_days: int = 365
    """M02, M03: window of F and M."""

    intro_days: int = 30
    """M18: first days of a member, while they have fewer than ``intro_orders`` net orders."""
    intro_orders: int = 2
    """M18."""
    stable_orders: int = 3
    """M20: net orders from which a member is stable while in rhythm; also those needed to have an own median gap."""
    decline_gaps: float = 1.5
    """M20, M21: usual gaps without an order (or act) after which a member declines."""
    lost_gaps: float = 3.0
    """M22: usual gaps after which a member is lost."""
    trend_days: int = 30
    """M21: length of each of the two windows whose active days are compared."""
    brand_gap_days: float = 30.0
    """M21: gap between orders usual for the brand, used for a member with too few orders to have an own one."""
    least_gap_days: float = 7.0
    """An own median gap below this counts as this: three orders in one afternoon must not make a member lost
    by the evening."""
    gap_orders: int = 12
    """Latest orders that the median gap is taken from, so that it follows a change of habit."""

    prior_gap_days: float = 7.0
    """Formulas 4.3: mean gap between active days of a member not known yet."""
    prior_gaps: float = 3.0
    """Formulas 4.3: weight of that belief, in gaps."""
    rhythm_gaps: int = 12
    """Latest gaps between active days that the rhythm is taken from."""

    service: Service = Service()
    """How long staff may take to answer a complaint (T84)."""

    spread: Spread = Spread()
    """Formulas 4.2: the population behind P(alive), in weeks."""

    def __post_init__(self) -> None:
        if not 0.25 <= self.half_life_days <= 365:
            raise ValueError(f"half_life_days must be from 0.25 to 365, not {self.half_life_days}")
        if not self.new_days <= self.active_days < self.sleeping_days:
            raise ValueError("need new_days <= active_days < sleeping_days")
        if not 0 < self.decline_gaps < self.lost_gaps:
            raise ValueError("need 0 < decline_gaps < lost_gaps")
