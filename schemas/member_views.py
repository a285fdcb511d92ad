"""Views of the store of which a tag may ask: those with rows about members, and the columns that say something of one.

A rule file names views and columns, never SQL; what it may name stands here, so that rules are checked without a store. A test
holds it against the views that there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Sort = Literal["number", "word", "flag", "time"]
"""What a column holds; a flag is 1 or 0."""

COMPARISONS: Final[Mapping[Sort, tuple[str, ...]]] = MappingProxyType(
    {
        "number": ("at_least", "above", "at_most", "below"),
        "word": ("is", "in"),
        "flag": ("is",),
        "time": ("within_days",),
    }
)
"""How columns of each sort are compared; ``within_days`` is the time of asking less so many days, or later."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a view, with its names."""

    sort: Sort
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class MemberView:
    """A view with rows about members."""

    columns: Mapping[str, Column]
    members: tuple[str, ...] = ("member_id",)
    """Columns that hold a member's id; a tag is of the first unless it names another."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A column against a threshold."""

    column: str
    op: str
    threshold: float | int | str | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What a tag asks of a view: a member has it while one row of theirs meets every limit of ``enter``.

    With ``leave``, who has it keeps it while one row does not meet every limit of that.
    """

    view: str
    member: str
    enter: tuple[Limit, ...]
    leave: tuple[Limit, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that it compares, in the order of the limits."""
        return tuple(dict.fromkeys(limit.column for limit in (*self.enter, *self.leave)))


MEMBER_VIEWS: Final[Mapping[str, MemberView]] = MappingProxyType(
    {
        "inviters": MemberView(
            {
                "sent": Column("number", "发出的邀请", "invitations sent"),
                "invitees": Column("number", "邀请成功人数", "members invited with success"),
                "invitees_90": Column(
                    "number", "近 90 天邀请成功人数", "members invited with success in 90 days"
                ),
                "descendants": Column("number", "裂变总人数", "members below in the tree of invitations"),
                "depth": Column("number", "裂变层数", "levels of invitations below"),
                "orders_90": Column("number", "近 90 天被邀请人订单", "net orders of invitees in 90 days"),
                "net_fen_90": Column(
                    "number", "近 90 天被邀请人消费（分）", "what invitees spent in 90 days, fen"
                ),
            }
        ),
        "person_levels": MemberView(
            {
                "growth": Column("number", "全域成长值", "growth over all ids of the person in 365 days"),
                "growth_held": Column(
                    "number",
                    "395 天内达到过的最高全域成长值",
                    "highest growth reached over all ids within 395 days",
                ),
                "level": Column("word", "全域等级", "level over all ids of the person"),
            }
        ),
        "group_kocs": MemberView(
            {
                "score": Column("number", "群内活跃分", "activity score in the group"),
                "place": Column("number", "群内名次", "place in the group by the score"),
                "replies": Column("number", "收到的回复", "replies received in the group"),
                "shares": Column("number", "分享与邀请", "shares and invitations"),
                "candidate": Column(
                    "flag", "群内KOC候选", "first twentieth of the group, answered, and passes things on"
                ),
            }
        ),
        "group_fits": MemberView(
            {
                "dimension": Column("word", "匹配维度", "dimension of the comparison with the group"),
                "band": Column("word", "成员所在段", "band of the member"),
                "modal": Column("word", "群内最常见的段", "commonest band of the group"),
                "misfit": Column("flag", "与群不同", "band is not the commonest of the group"),
            }
        ),
        "group_seeds": MemberView(
            {
                "diagnosis": Column("word", "群诊断", "diagnosis of the group"),
                "score": Column("number", "群内活跃分", "activity score in the group"),
                "least": Column(
                    "number", "群内活跃分八分位", "score that four fifths of the group do not exceed"
                ),
            }
        ),
        "group_layers": MemberView(
            {
                "score": Column("number", "群内活跃分", "activity score in the group"),
                "pyramid_level": Column("word", "群内层级", "layer in the pyramid of the group"),
            }
        ),
        "awakenings": MemberView({"at": Column("time", "沉默后的行为", "act after a silence")}),
        "woken_members": MemberView(
            {
                "at": Column("time", "群发唤醒", "act after a silence, within a day of a broadcast"),
                "type": Column("word", "唤醒后的行为类型", "type of that act"),
            }
        ),
        "repeated_memberships": MemberView(
            {
                "type": Column("word", "群类型", "type of the groups"),
                "groups": Column("number", "同类群数", "groups of one type"),
            }
        ),
    }
)
"""Views by name. A row of a view is of one brand."""
