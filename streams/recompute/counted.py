"""The marks that events leave, as SQL: what features that a rule describes are counted from (`described`).

A mark is something that an event of the member's own counts for: what, which word of it, how much.
"""

from typing import Final

from streams.recompute.named import moment, text


def _marks(where: str, what: str, words: str = "['']", amount: str = "1") -> str:
    """Marks of each of ``words`` where something holds."""
    seen = f"arrayFilter(one -> one != '', arrayDistinct({words}))" if words != "['']" else words
    return f"if({where}, arrayMap(one -> ({what}, one, toInt64({amount})), {seen}), [])"


_TYPES: Final = (
    "message", "solitaire", "dice", "red_packet_sent", "red_packet_claimed", "push_delivered", "push_opened", "push_clicked",
    "share", "moments_post", "moments_like", "group.joined", "group.left", "group.kicked", "group.banned", "contact.added",
    "contact.deleted", "account.followed", "invite.sent", "visited", "cart_added", "cart_removed", "placed", "paid", "signin",
    "task", "quiz", "quiz_test", "contest", "form", "enroll", "attend", "like_collect", "photo_share", "code_word", "lottery",
    "bargain", "game", "claim", "redeem",
)  # fmt: skip
"""Types that are counted under their own name."""

_MORE: Final = {
    "reply": f"type = 'message' AND {text('reply_to')} != ''",
    "group_buy_opened": (
        f"type = 'solitaire' AND {text('solitaire', 'type')} = 'group_buy' AND JSONExtractInt(raw, 'solitaire', 'seq') = 1"
    ),
    "luckiest": "type = 'red_packet_claimed' AND JSONExtractBool(raw, 'red_packet', 'best')",
    "comment": f"type = 'moments_comment' OR type = 'visited' AND {text('action')} = 'comment'",
    "favorite": f"type = 'visited' AND {text('action')} = 'favorite'",
    "right_answer": "type = 'quiz' AND JSONExtractBool(raw, 'is_correct')",
    "questionnaire": "type = 'form' AND JSONExtractBool(raw, 'answers_complete')",
    "attend_offline": "type = 'attend' AND JSONExtractBool(raw, 'offline')",
    "lottery_won": f"type = 'lottery' AND {text('reward', 'type')} != ''",
    "like_goal": "type = 'like_collect' AND JSONExtractInt(raw, 'likes') >= 38",
    "photo_approved": f"type = 'photo_share' AND {text('audit_state')} = 'approved'",
    "code_word": f"type = 'paid' AND {text('code_word')} != ''",
    "groupbuy": f"type = 'placed' AND {text('groupbuy_id')} != ''",
    "kol_referral": (
        "type IN ('group.joined', 'contact.added', 'account.followed', 'member.registered') "
        f"AND {text('referrer_role')} = 'kol'"
    ),
}
"""What is counted where something holds."""

_CHECKINS: Final = "JSONExtractString(raw, 'kind') = 'checkin'"
_GRANTED: Final = f"{_CHECKINS} AND {text('audit_state')} NOT IN ('pending', 'rejected')"

_NUMBER: Final = "JSONType(one, '{}') IN ('Int64', 'UInt64')"
_PRICED: Final = f"arrayFilter(one -> {_NUMBER.format('unit_fen')}, lines)"
_OF_LINE: Final = (
    f"JSONExtractInt(one, 'unit_fen') * if({_NUMBER.format('qty')}, JSONExtractInt(one, 'qty'), 1)"
)
_ON_OFFER: Final = (
    f"JSONExtractBool(one, 'is_special') OR {_NUMBER.format('list_fen')} "
    "AND JSONExtractInt(one, 'unit_fen') < JSONExtractInt(one, 'list_fen')"
)
_FEN: Final = f"arrayMap(one -> {_OF_LINE}, {_PRICED})"
_SPECIAL_FEN: Final = f"arrayMap(one -> if({_ON_OFFER}, {_OF_LINE}, 0), {_PRICED})"

_AMOUNTS: Final = {
    "discount_fen": ("type = 'paid'", "JSONExtractInt(raw, 'discount_fen')"),
    "points_used": ("type = 'paid'", "JSONExtractInt(raw, 'points_used')"),
    "points_earned": (_GRANTED, "JSONExtractInt(raw, 'points_delta')"),
    "points_spent": (_GRANTED, "-JSONExtractInt(raw, 'points_delta')"),
    **{
        f"points_for_{kind}s": (
            f"{_GRANTED} AND type = 'redeem' AND {text('reward', 'type')} = '{kind}'",
            "-JSONExtractInt(raw, 'points_delta')",
        )
        for kind in ("coupon", "card")
    },
    "goods_fen": ("type = 'paid'", f"arraySum({_FEN})"),
    "special_fen": ("type = 'paid'", f"arraySum({_SPECIAL_FEN})"),
    "red_packet_fen": ("type = 'red_packet_claimed'", "JSONExtractInt(raw, 'red_packet', 'amount_fen')"),
    "dwell_ms": ("type = 'visited'", "JSONExtractInt(raw, 'dwell_ms')"),
}

_BAND: Final = (
    "concat(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'][toDayOfWeek(toDate(day))], '-', multiIf("
    + ", ".join(
        f"ms_of_day >= {minute * 60_000}, '{minute // 60:02}{minute % 60:02}'"
        for minute in (1350, 1290, 1230, 1110, 1050, 780, 720, 690, 540, 480)
    )
    + ", '0000'))"
)


def _of_lines(name: str) -> str:
    return f"arrayMap(one -> JSONExtractString(one, '{name}'), lines)"


_PRICE: Final = (
    "arrayMap(one -> multiIf(JSONType(one, 'unit_fen') NOT IN ('Int64', 'UInt64'), '', "
    "JSONExtractInt(one, 'unit_fen') < 5000, '0-50', JSONExtractInt(one, 'unit_fen') < 10000, '50-100', "
    "JSONExtractInt(one, 'unit_fen') < 20000, '100-200', JSONExtractInt(one, 'unit_fen') < 50000, '200-500', '500-'), lines)"
)
_ATTRIBUTES: Final = (
    "arrayFlatten(arrayMap(line -> arrayMap(one -> substringUTF8(concat(one.1, '=', JSONExtractString(one.2)), 1, 128), "
    "arrayFilter(one -> startsWith(one.2, '\"'), JSONExtractKeysAndValuesRaw(line, 'attrs'))), lines))"
)

_WORDS: Final = {
    "intent": ("type = 'message'", "JSONExtract(raw, 'intent', 'Array(String)')"),
    "topic": ("type = 'message'", f"[{text('topic_id')}]"),
    "activity": (_CHECKINS, "JSONExtract(raw, 'activity_tags', 'Array(String)')"),
    "campaign": ("true", f"[{text('campaign_id')}]"),
    "scene": ("true", f"[{text('scene')}]"),
    "variant": ("true", f"[{text('variant')}]"),
    "live_phase": ("true", f"[{text('live_phase')}]"),
    "promo": ("type = 'paid'", "arrayMap(one -> JSONExtractString(one, 'type'), JSONExtractArrayRaw(raw, 'promo'))"),
    "offered": (
        "type IN ('push_delivered', 'visited', 'cart_added', 'cart_removed', 'placed', 'paid')",
        "arrayMap(one -> JSONExtractString(one, 'type'), JSONExtractArrayRaw(raw, 'promo'))",
    ),
    "push_sent": ("type = 'push_delivered'", f"[{text('push_channel')}]"),
    "push_clicks": ("type = 'push_clicked'", f"[{text('push_channel')}]"),
    "reading": ("type IN ('push_opened', 'push_clicked')", f"[{text('reading_mode')}]"),
    "golden": ("type IN ('push_clicked', 'paid')", f"[{_BAND}]"),
    "reward": (_CHECKINS, f"[{text('reward', 'type')}]"),
    "account": ("type = 'account.followed'", f"[{text('platform')}]"),
    "address": ("type = 'paid'", f"[{text('address_hash')}]"),
    "shop": ("type = 'paid'", f"[{text('platform')}]"),
    "category": ("type = 'paid'", _of_lines("category")),
    "interest": ("type = 'visited'", f"arrayConcat([{text('query_category')}], {_of_lines('category')})"),
    "followed": (
        f"type = 'visited' AND {text('action')} IN ('follow', 'favorite')",
        f"arrayConcat([{text('query_category')}], {_of_lines('category')})",
    ),
    "carted": ("type = 'cart_added'", _of_lines("category")),
    "series": ("type = 'paid'", _of_lines("series")),
    "price": ("type = 'paid'", _PRICE),
    "attribute": ("type = 'paid'", _ATTRIBUTES),
    "role": ("type = 'paid'", _of_lines("product_role")),
}  # fmt: skip


def where_of(what: str) -> str:
    """When an event counts as something."""
    return " OR ".join(
        f"({one})" for one in (f"type = '{what}'" if what in _TYPES else "", _MORE.get(what, "")) if one
    )


_DEAR: Final = (
    "arrayMap(one -> ('priced', concat(toString(JSONExtractInt(one, 'unit_fen')), ' ', JSONExtractString(one, 'category')), "
    f"toInt64({_OF_LINE})), arrayFilter(one -> JSONExtractString(one, 'category') != '' AND {_OF_LINE} > 0, {_PRICED}))"
)
"""Money for goods by price and category."""


def marks() -> str:
    """The array of marks that an event leaves."""
    types = ", ".join(f"'{one}'" for one in _TYPES)
    parts = [_marks(f"type IN ({types})", "type")]
    parts += [_marks(where, f"'{what}'") for what, where in _MORE.items()]
    parts += [
        _marks(f"{where} AND {amount} > 0", f"'{what}'", amount=amount)
        for what, (where, amount) in _AMOUNTS.items()
    ]
    parts += [_marks(where, f"'{what}'", words) for what, (where, words) in _WORDS.items()]
    parts.append(f"if(type = 'paid', {_DEAR}, [])")
    return "arrayConcat(\n            " + ",\n            ".join(parts) + ")"


_ORDERS: Final = {
    "discounted": (
        "JSONExtractInt(raw, 'discount_fen') > 0 OR length(JSONExtractArrayRaw(raw, 'promo')) > 0 OR "
        f"{text('coupon_id')} != ''"
    ),
    "campaign": f"{text('campaign_id')} != ''",
    "points": "JSONExtractInt(raw, 'points_used') > 0",
    "gift_wrapped": "JSONExtractBool(raw, 'gift_wrap')",
    "gift_card": "arrayExists(one -> JSONExtractString(one, 'sku_type') = 'gift_card', lines)",
    "card": "arrayExists(one -> JSONExtractString(one, 'sku_type') IN ('card', 'plan'), lines)",
    "new_product": (
        f"arrayExists(one -> ifNull(at - {moment('one', 'launch_ts')} BETWEEN 0 AND 2592000000, 0), lines)"
    ),
}  # fmt: skip
"""What an order may be: it is, if any payment of it is."""


def order_marks() -> str:
    """Columns that say what each parcel is."""
    return ",\n        ".join(
        f"maxIf({where}, type = 'paid') AS is_{name}" for name, where in _ORDERS.items()
    )


COSTED: Final = f"length(lines) > 0 AND arrayAll(one -> {_NUMBER.format('cost_fen')}, lines)"
"""Whether all goods of a payment tell what they cost."""


def cost() -> str:
    """What the goods of a payment cost, where all of them tell."""
    amount = f"JSONExtractInt(one, 'cost_fen') * if({_NUMBER.format('qty')}, JSONExtractInt(one, 'qty'), 1)"
    return f"if({COSTED}, arraySum(arrayMap(one -> {amount}, lines)), 0)"


def net_marks() -> str:
    """The same of whole orders: what any parcel that counts is."""
    return ",\n        ".join(f"maxIf(is_{name}, paid > back) AS is_{name}_order" for name in _ORDERS)


def net_days() -> str:
    """Local days of each sort of net orders."""
    sorts = {"clean_order": "is_clean"} | {f"{name}_order": f"is_{name}_order" for name in _ORDERS}
    return ",\n        ".join(
        f"groupArrayIf(on_day, {where}) AS days_of_{name}" for name, where in sorts.items()
    )


SORTS_OF_ORDERS: Final = ("net_order", "clean_order", *(f"{name}_order" for name in _ORDERS))
