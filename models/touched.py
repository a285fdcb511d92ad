"""Features of first and last touches, of ties and of times: where a member came from, and what they are to the brand."""

from collections.abc import Callable
from math import ceil, floor
from typing import Final

from models import changes, ties
from models.crossing import NEVER
from models.feature import Course, Feature, Step
from models.frame import Frame
from models.state import MemberState
from models.work import Value

HOUR_MS: Final = 3_600_000

ACTIVATION_MS: Final = 24 * HOUR_MS
"""M28: a new member is to act of their own within so many ms of coming."""

GRAB_MS: Final = 24 * HOUR_MS
"""T69: who leaves no later than so many ms after taking a benefit came for it."""


def word_of(name: str) -> Callable[[MemberState, int, Frame], tuple[Value, int]]:
    """The word of a touch; none if there was none."""

    def look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
        touch = state.touches.get(name)
        return (None if touch is None else touch.word), NEVER

    return look


def _word(id_: str, zh: str, en: str, source: str, words: tuple[str, ...] = ()) -> Step:
    return Step(
        id=id_, zh=zh, en=en, unit="word", source=source, sort="text", words=words, reads=changes.TOUCHES,
        look=word_of(id_),
    )  # fmt: skip


At = Callable[[MemberState], int | None]
"""Time (ms) that something is counted from; none if there is none."""


def _hours(id_: str, zh: str, en: str, source: str, reads: int, at: At) -> Course:
    """Hours since something, to the ms: a window of "7 days" of such is 7 x 24 hours."""

    def value(state: MemberState, now: int, frame: Frame) -> float | None:
        since = at(state)
        return None if since is None else (now - since) / HOUR_MS

    def turns(state: MemberState, threshold: float, equal: bool, frame: Frame) -> int | None:
        since = at(state)
        if since is None:
            return None
        ms = threshold * HOUR_MS
        return since + (ceil(ms) if equal else floor(ms) + 1)

    return Course(
        id=id_, zh=zh, en=en, unit="hours", source=source, reads=reads, rises=True, value=value, turns=turns
    )


def _touched_at(name: str) -> At:
    def at(state: MemberState) -> int | None:
        touch = state.touches.get(name)
        return None if touch is None else touch.at

    return at


def _activated(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    """Whether the first own act came in time; not known before it came or the time is over."""
    if state.joined is None:
        return None, NEVER
    limit = state.joined + ACTIVATION_MS
    if state.acted is not None and state.acted <= limit:
        return True, NEVER
    return (None, limit + 1) if now <= limit else (False, NEVER)


def _grabbed(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    """Whether the last departure followed a benefit that closely."""
    benefit, departed = state.touches.get("benefit"), state.touches.get("departed")
    if benefit is None or departed is None:
        return False, NEVER
    return 0 <= departed.at - benefit.at <= GRAB_MS, NEVER


def _gone(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    """Whether a member was banned from a group, ever (T70)."""
    banned = state.tallies.get("group.banned")
    return banned is not None, NEVER


def _rejoined(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
    """Whether a member is in a group that they joined after they were first banned from one (T70)."""
    banned = state.touches.get("banned")
    if banned is None:
        return False, NEVER
    return any(tie.holds and tie.at > banned.at for tie in state.groups.values()), NEVER


TOUCHED: Final[tuple[Feature, ...]] = (
    _word("first_channel", "首次渠道", "channel of the first touch", "T20"),
    _word("last_channel", "最近渠道", "channel of the last touch", "T20"),
    _word("join_method", "首次入群方式", "way into the first group", "T71",
          ("self_scan", "invited", "pulled", "ads", "event_page", "unknown")),
    _word("entry_gate", "入群门槛", "gate of the first group", "M62", ("none", "paid", "invite", "apply", "unknown")),
    _word("arrived_by", "来源动机", "whether a benefit induced the first arrival", "T72", ("incentive", "own")),
    _word("first_live", "首次直播", "live stream of the first arrival by one", "T21"),
    _word("first_goods", "首单商品", "goods of the first payment with lines", "T73", ("trial", "other")),
    _word("first_role", "首单商品角色", "role of the goods of the first payment that tells one", "T91"),
    _word("role", "角色", "role in the community", "T61", ("customer", "staff", "bot", "kol", "admin")),
    _word("city", "城市", "city last seen in", "T01"),
    _word("platform", "平台", "platform last seen on", "T41"),
    _word("store_id", "门店", "store last seen in", "S33"),
    _hours("follow_hours", "关注小时数", "hours since following", "T09", changes.TIES, lambda s: ties.oldest(s.follows)),
    _hours("registered_hours", "注册小时数", "hours since registering", "T10", changes.TOUCHES, _touched_at("registered")),
    Step(
        id="activated", zh="是否激活", en="whether the first own act came within a day of arriving", unit="yes or no",
        source="M28", sort="flag", reads=changes.FIRST | changes.ACTED, look=_activated,
    ),
    Step(
        id="grabbed", zh="是否领完就走", en="whether the last departure came within a day of a benefit", unit="yes or no",
        source="T69", sort="flag", reads=changes.TOUCHES, look=_grabbed,
    ),
    Step(
        id="banned", zh="是否被封禁", en="whether ever banned from a group", unit="yes or no", source="T70", sort="flag",
        reads=changes.BANNED, look=_gone,
    ),
    Step(
        id="rejoined", zh="封禁后是否再入群", en="whether in a group joined after a ban", unit="yes or no", source="T70",
        sort="flag", reads=changes.TOUCHES | changes.TIES, look=_rejoined,
    ),
    _hours(
        "oa_signin_hours", "公众号签到小时数", "hours since the last sign-in on the official account", "A34", changes.TOUCHES,
        _touched_at("oa_signin"),
    ),
)  # fmt: skip
"""All of them."""
