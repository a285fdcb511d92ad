"""What is counted of a member by the local day: the words that a rule may count, sum up or look for.

Orders are not among them: they are kept one by one (`models.orders`), since a refund must find its payment.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from models import changes
from models.earning import EARNS

KEPT_DAYS: Final = 366
"""Longest window of most measures, days: a year and the day that a leap year adds."""

KEPT_DAYS_POINTS: Final = 1_100
"""The same for what points hang on: three years, so that spending finds the lots of two years ago (`models.ledger`)."""

KEPT_DAYS_OFTEN: Final = 92
"""The same for what members do many times a day: three months."""


class Measure(NamedTuple):
    """Something counted, or summed up, by day."""

    id: str
    zh: str
    en: str
    source: str
    """Row of the catalogue that asks for it."""
    bit: int
    """What of `models.changes` an event that counts changes."""
    kept: int = KEPT_DAYS
    """Longest window, days."""


_COUNTS: Final = (
    ("message", "发言", "messages", "M12"),
    ("reply", "回复他人", "replies", "T81"),
    ("solitaire", "接龙", "chains joined", "A05"),
    ("group_buy_opened", "发起团购接龙", "group purchases opened", "T65"),
    ("dice", "掷骰子", "dice thrown", "A13"),
    ("red_packet_sent", "发红包", "red packets sent", "A19"),
    ("red_packet_claimed", "领红包", "red packets claimed", "A19"),
    ("luckiest", "手气最佳", "luckiest of a red packet", "A12"),
    ("push_delivered", "收到推送", "pushes delivered", "M34"),
    ("push_opened", "打开推送", "pushes opened", "M34"),
    ("push_clicked", "点击推送", "pushes clicked", "T36"),
    ("share", "分享", "shares", "T78"),
    ("moments_post", "发朋友圈", "posts in moments", "S10"),
    ("moments_like", "朋友圈点赞", "likes in moments", "A31"),
    ("comment", "评论", "comments", "T33"),
    ("favorite", "收藏", "things collected", "A55"),
    ("group.joined", "进群", "groups joined", "T76"),
    ("group.left", "主动退群", "groups left", "M22"),
    ("group.kicked", "被移出群", "removals from groups", "T70"),
    ("group.banned", "被封禁", "bans", "T70"),
    ("contact.added", "加好友", "contacts added", "M41"),
    ("contact.deleted", "删好友", "contacts deleted", "S06"),
    ("account.followed", "关注", "follows", "T09"),
    ("invite.sent", "发出邀请", "invitations sent", "M38"),
    ("visited", "访问", "visits", "T12"),
    ("cart_added", "加购", "additions to the cart", "T45"),
    ("cart_removed", "移出购物车", "removals from the cart", "M14"),
    ("placed", "下单", "orders placed", "T13"),
    ("paid", "付款", "payments", "M15"),
    ("signin", "签到", "sign-ins", "A09"),
    ("task", "完成任务", "tasks", "A33"),
    ("quiz", "答题", "quiz answers", "A03"),
    ("right_answer", "答对", "right answers", "A03"),
    ("quiz_test", "测一测", "self-tests", "A25"),
    ("contest", "竞赛", "contests", "T29"),
    ("form", "填表", "forms", "A06"),
    ("questionnaire", "完整问卷", "complete questionnaires", "T35"),
    ("enroll", "报名", "enrolments", "A07"),
    ("attend", "出席", "attendances", "A29"),
    ("attend_offline", "线下出席", "attendances in person", "A40"),
    ("like_collect", "集赞", "collections of likes", "A14"),
    ("like_goal", "集赞达标", "collections of 38 likes and more", "A14"),
    ("photo_share", "晒单", "photos of purchases", "A16"),
    ("photo_approved", "通过的晒单", "photos approved", "T64"),
    ("code_word", "社群暗号", "code words", "A11"),
    ("lottery", "抽奖", "lotteries", "A18"),
    ("lottery_won", "中奖", "lotteries won", "A18"),
    ("bargain", "砍价", "bargains", "A21"),
    ("game", "互动游戏", "games", "A52"),
    ("claim", "领取福利", "benefits claimed", "A50"),
    ("redeem", "兑换", "redemptions", "P11"),
    ("groupbuy", "拼团下单", "orders placed together", "A20"),
    ("kol_referral", "红人带入", "arrivals by a KOL", "T33"),
)
_SUMS: Final = (
    ("discount_fen", "优惠金额", "discounts, fen", "T18"),
    ("points_used", "使用积分", "points used on orders", "P09"),
    ("points_earned", "获得积分", "points earned", "P01"),
    ("points_spent", "花费积分", "points spent", "P10"),
    ("points_for_coupons", "兑换优惠券的积分", "points spent on coupons", "P12"),
    ("points_for_cards", "兑换权益卡的积分", "points spent on cards", "P13"),
    ("red_packet_fen", "领取红包金额", "money from red packets, fen", "A19"),
    ("goods_fen", "商品金额", "paid for the goods of orders, fen", "M06"),
    ("special_fen", "特价商品金额", "paid for goods on offer, fen", "M06"),
    ("dwell_ms", "停留时长", "time spent on visits, ms", "M64"),
)
_WORDS: Final = (
    ("intent", "发言意图", "intent of messages", "T84"),
    ("topic", "话题", "topics", "T90"),
    ("activity", "活动标签", "labels of activities", "T28"),
    ("campaign", "营销活动", "campaigns", "T19"),
    ("scene", "活动场景", "scenes of campaigns", "M63"),
    ("variant", "测试分组", "arms of A/B tests", "M59"),
    ("live_phase", "直播阶段", "phases of live streams", "M60"),
    ("promo", "优惠类型", "kinds of promotion", "T18"),
    ("offered", "可用优惠类型", "kinds of promotion on offer", "M15"),
    ("push_sent", "收到推送的渠道", "channels of pushes delivered", "T36"),
    ("push_clicks", "点击推送的渠道", "channels of pushes clicked", "T36"),
    ("reading", "阅读方式", "ways of reading", "T40"),
    ("golden", "黄金时间点", "hours of clicks and payments", "T38"),
    ("reward", "奖励类型", "kinds of reward", "M36"),
    ("account", "关注的平台", "platforms followed on", "T35"),
    ("address", "收货地址", "addresses of orders", "T34"),
    ("shop", "购物平台", "platforms bought on", "T41"),
    ("category", "品类", "categories bought", "T16"),
    ("interest", "浏览品类", "categories looked at", "M13"),
    ("followed", "关注品类", "categories followed or collected", "M13"),
    ("carted", "加购品类", "categories put into the cart", "M13"),
    ("series", "品牌系列", "series bought", "T24"),
    ("price", "价格区间", "price bands bought", "T22"),
    ("attribute", "商品属性", "attributes bought", "T23"),
    ("role", "商品角色", "roles of goods bought", "T91"),
)
_KEPT: Final[Mapping[str, int]] = {
    **dict.fromkeys(("message", "push_delivered", "visited"), KEPT_DAYS_OFTEN),
    **dict.fromkeys((*EARNS, "points_earned", "points_spent", "points_used"), KEPT_DAYS_POINTS),
}


def _measures(rows: tuple[tuple[str, str, str, str], ...], first: int) -> Mapping[str, Measure]:
    """Measures by id, each with a bit of its own from the number ``first`` on."""
    return MappingProxyType(
        {
            id_: Measure(
                id_,
                zh,
                en,
                source,
                changes.TALLIES << first + number,
                _KEPT.get(id_, KEPT_DAYS),
            )
            for number, (id_, zh, en, source) in enumerate(rows)
        }
    )


COUNTS: Final = _measures(_COUNTS, 0)
"""How often something happened."""

SUMS: Final = _measures(_SUMS, len(_COUNTS))
"""Amounts added up; never negative."""

WORDS: Final = _measures(_WORDS, len(_COUNTS) + len(_SUMS))
"""How often each word was seen: sets of words, of which the first in a list need not be known beforehand."""

ALL_BITS: Final = (changes.TALLIES << len(_COUNTS) + len(_SUMS) + len(_WORDS)) - changes.TALLIES
"""The bits of all measures."""
