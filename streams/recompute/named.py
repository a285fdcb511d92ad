"""Features with a name of their own, each as SQL over what ``members.sql`` gathers; its columns are spoken of below.

``now`` (ms) and ``today`` (number of the local day) are those of the profile.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from models import facts
from models.params import MemberParams


def text(*path: str) -> str:
    """A text of the event's JSON; empty if there is none."""
    steps = ", ".join(f"'{step}'" for step in path)
    return f"JSONExtractString(raw, {steps})"


def moment(source: str, name: str) -> str:
    """A time of some JSON, ms: given as a number, as text, or not at all."""
    return (
        f"multiIf(JSONType({source}, '{name}') IN ('Int64', 'UInt64'), JSONExtract({source}, '{name}', 'Nullable(Int64)'), "
        f"JSONExtractString({source}, '{name}') != '', "
        f"toUnixTimestamp64Milli(parseDateTime64BestEffortOrNull(JSONExtractString({source}, '{name}'), 3, 'UTC')), NULL)"
    )


_ARRIVED: Final = "own AND type IN ('group.joined', 'contact.added', 'account.followed', 'member.registered')"
_LINES: Final = "JSONExtractArrayRaw(raw, 'lines')"
_TRIAL: Final = (
    "arrayExists(one -> JSONExtractString(one, 'product_role') = 'trial' "
    f"OR JSONExtractString(one, 'sku_type') = 'trial', {_LINES})"
)


_ROLES: Final = (
    f"arrayFilter(one -> one != '', arrayMap(one -> JSONExtractString(one, 'product_role'), {_LINES}))"
)


def _profile_number(name: str) -> str:
    return f"JSONExtractInt(raw, 'profile', '{name}')"


_TOUCHES: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("first_channel", "Min", text("channel_id"), f"{_ARRIVED} AND {text('channel_id')} != ''"),
    ("last_channel", "Max", text("channel_id"), f"{_ARRIVED} AND {text('channel_id')} != ''"),
    ("join_method", "Min", f"if({text('join_method')} = '', 'unknown', {text('join_method')})", "own AND type = 'group.joined'"),
    ("entry_gate", "Min", f"if({text('entry_gate')} = '', 'unknown', {text('entry_gate')})", "own AND type = 'group.joined'"),
    ("arrived_by", "Min", "if(JSONExtractBool(raw, 'incentive'), 'incentive', 'own')", _ARRIVED),
    ("first_live", "Min", text("live_id"), f"{_ARRIVED} AND {text('live_id')} != ''"),
    ("first_goods", "Min", f"if({_TRIAL}, 'trial', 'other')", f"own AND type = 'paid' AND length({_LINES}) > 0"),
    ("first_role", "Min", f"arrayMin({_ROLES})", f"own AND type = 'paid' AND length({_ROLES}) > 0"),
    ("role", "Max", f"if({text('role')} = '', 'customer', {text('role')})", "type = 'role.changed'"),
    ("city", "Max", text("city"), f"own AND {text('city')} != ''"),
    ("platform", "Max", text("platform"), f"own AND {text('platform')} != ''"),
    ("store_id", "Max", text("store_id"), f"own AND {text('store_id')} != ''"),
    *(
        (name, "Max", f"substringUTF8({text('profile', name)}, 1, {facts.LONGEST})",
         f"own AND type = 'profile.updated' AND JSONType(raw, 'profile', '{name}') = 'String' AND {text('profile', name)} != ''")
        for name, *_ in facts.WORDS
    ),
    *(
        (name, "Max", f"toString({_profile_number(name)})",
         f"own AND type = 'profile.updated' AND JSONType(raw, 'profile', '{name}') IN ('Int64', 'UInt64') "
         f"AND {_profile_number(name)} BETWEEN 0 AND {facts.MOST}")
        for name, *_ in facts.NUMBERS
    ),
)  # fmt: skip
"""Word of the first or last event of a sort, with which events these are."""

_TIMES: Final[tuple[tuple[str, str, str], ...]] = (
    ("registered_at", "min", "own AND type = 'member.registered'"),
    ("departed_at", "max", f"own AND type IN ('group.left', 'contact.deleted') AND {text('leave_reason')} IN ('', 'self')"),
    ("benefit_at", "max", "own AND type IN ('red_packet_claimed', 'claim')"),
    ("banned_at", "min", "own AND type = 'group.banned'"),
    ("oa_signin_at", "max", f"own AND type = 'signin' AND {text('platform')} IN ('oa', '公众号')"),
)  # fmt: skip


def touches() -> str:
    """Columns of first and last touches, null where there was none."""
    words = [
        f"if(countIf({where}) = 0, NULL, arg{end}If({word}, (at, {word}), {where})) AS touch_{name}"
        for name, end, word, where in _TOUCHES
    ]
    times = [f"if(countIf({where}) = 0, NULL, {end}If(at, {where})) AS {name}" for name, end, where in _TIMES]
    points = (
        "sumIf(JSONExtractInt(raw, 'points_delta'), own AND JSONExtractString(raw, 'kind') = 'checkin' "
        "AND JSONExtractString(raw, 'audit_state') NOT IN ('pending', 'rejected'))"
    )
    used = "sumIf(greatest(JSONExtractInt(raw, 'points_used'), 0), own AND type = 'paid')"
    return ",\n        ".join([*words, *times, f"{points} - {used} AS points"])


def start_of_day(day: str) -> str:
    """First ms of a local day."""
    return f"toInt64(toUnixTimestamp(toDateTime(toDate({day}), {{zone:String}}))) * 1000"


def _days(of: str, window: int) -> str:
    return f"toInt64(arrayCount(one -> today - one < {window} AND one <= today, {of}))"


def named(params: MemberParams) -> Mapping[str, str]:
    """SQL of what the features, and the columns of the profile, are; in an order in which later ones may use earlier ones."""
    p, spread = params, params.spread
    week = "604800000"
    since_first = "toInt64(toDate(fromUnixTimestamp64Milli(seen.first_at, 'UTC'), {zone:String}))"
    repeats = "greatest(toInt64(length(seen.act_days)) - 1, 0)"
    return MappingProxyType(
        {
            "act_day": "if(length(seen.act_days) = 0, NULL, seen.act_days[-1])",
            "first_day": since_first,
            "first_seen": "fromUnixTimestamp64Milli(seen.first_at, 'UTC')",
            "last_seen": "fromUnixTimestamp64Milli(if(length(seen.act_days) > 0, seen.last_act, seen.first_at), 'UTC')",
            "orders": "toInt64(length(bought.times))",
            "revenue_fen": "toInt64(money.revenue)",
            "refunds": "toInt64(money.refunds)",
            "last_paid_at": "if(orders = 0, NULL, fromUnixTimestamp64Milli(bought.times[-1], 'UTC'))",
            "r_days": "if(orders = 0, NULL, today - bought.order_days[-1])",
            "f": f"toInt64(arrayCount(one -> today - one <= {p.rfm_days}, bought.order_days))",
            "m_fen": f"toInt64(arraySum(arrayMap(one -> if(today - one.1 <= {p.rfm_days}, one.2, 0), money.bookings)))",
            "ltv_fen": "revenue_fen + m_fen",
            "avg_order_fen": "if(orders = 0, NULL, intDiv(bought.spent, orders))",
            "max_order_fen": "if(orders = 0, NULL, bought.largest)",
            "lately": f"toInt64(arrayCount(one -> today - one <= {p.freq_days}, bought.order_days))",
            "activity_freq": (
                f"multiIf(lately >= {p.freq_high}, 'high', lately >= {p.freq_mid}, 'mid', lately >= 1, 'low', 'none')"
            ),
            "comeback_day": (
                "arrayMax(arrayMap((late, early) -> if(late - early >= 180, late, -1), "
                "arrayPopFront(arrayConcat(bought.order_days, [0])), bought.order_days))"
            ),
            "comeback_days": "if(length(bought.order_days) < 2 OR comeback_day < 0, NULL, today - comeback_day)",
            "began": (
                "multiIf(seen.arrivals = 0, seen.first_paid_at, seen.payments = 0, seen.arrived_at, "
                "greatest(seen.arrived_at, seen.first_paid_at))"
            ),
            "quiet": "today - coalesce(if(orders > 0, bought.order_days[-1], NULL), act_day, first_day)",
            "activity": (
                "multiIf((seen.arrivals > 0 OR seen.payments > 0) AND "
                f"today - toInt64(toDate(fromUnixTimestamp64Milli(began, 'UTC'), {{zone:String}})) <= {p.new_days}, 'new', "
                f"quiet <= {p.active_days}, 'active', quiet <= {p.sleeping_days}, 'sleeping', 'lost')"
            ),
            "checkin_days": "toInt64(length(signins.days))",
            "longest_streak_days": (
                "if(checkin_days = 0, 0, toInt64(arrayMax(arrayMap(run -> countEqual(signins.runs, run), signins.runs))))"
            ),
            "streak_days": (
                "if(checkin_days > 0 AND signins.days[-1] >= today - 1, "
                "toInt64(countEqual(signins.runs, signins.runs[-1])), 0)"
            ),
            "groups": "toInt64(ties.groups)",
            "contact": "ties.contacts > 0",
            "follower": "ties.follows > 0",
            "member_days": (
                "if(ties.groups = 0, NULL, "
                "today - toInt64(toDate(fromUnixTimestamp64Milli(ties.in_since, 'UTC'), {zone:String})))"
            ),
            "follow_hours": "if(ties.follows = 0, NULL, (now - ties.follows_since) / 3600000)",
            "registered_hours": "(now - seen.registered_at) / 3600000",
            "seen_days": "today - first_day",
            "silent_days": "today - if(seen.spoken > 0, seen.spoke_on, first_day)",
            "active_days_30": _days("seen.act_days", 30),
            "activated": (
                "multiIf(seen.arrivals = 0, NULL, seen.acted > 0 AND seen.acted_at <= seen.arrived_at + 86400000, 1, "
                "now <= seen.arrived_at + 86400000, NULL, 0)"
            ),
            "grabbed": "ifNull(seen.departed_at - seen.benefit_at BETWEEN 0 AND 86400000, 0)",
            "banned": "isNotNull(seen.banned_at)",
            "rejoined": "ifNull(ties.groups > 0 AND ties.in_last > seen.banned_at, 0)",
            "oa_signin_hours": "(now - seen.oa_signin_at) / 3600000",
            **{name: f"seen.touch_{name}" for name, *_ in _TOUCHES},
            **{name: f"toInt64OrNull(seen.touch_{name})" for name, *_ in facts.NUMBERS},
            "points_balance": "toInt64(seen.points)",
            "cart_from": start_of_day("today - 29"),
            "undecided": (
                "toInt64(arrayCount(one -> one.1 >= cart_from AND one.1 > one.2 AND one.1 > one.3 AND one.1 + 86400000 <= now, "
                "carts.items)) >= greatest(toInt64(arrayCount(one -> one.3 >= cart_from, carts.items)), 1)"
            ),
            "activity_score": (
                f"arraySum(arrayMap(one -> if(seen.act_days[-1] - one.1 > {int(p.half_life_days * 16) + 1}, 0, "
                f"one.2 * exp2((one.1 * 86400000 - now) / {p.half_life_days * 86_400_000!r})), points.worths))"
            ),
            "gaps": (
                f"arraySlice(arrayPopFront(arrayDifference(seen.act_days)), -{p.rhythm_gaps})"
            ),
            "gap_count": "toFloat64(length(gaps))",
            "gap_sum": "toFloat64(arraySum(gaps))",
            "usual_gap": (
                f"if(gap_count = 0, {p.prior_gap_days!r}, (gap_count * (gap_sum / gap_count) + "
                f"{p.prior_gaps * p.prior_gap_days!r}) / (gap_count + {p.prior_gaps!r}))"
            ),
            "variation": (
                "if(gap_count = 0, 1, (gap_count * (gap_count * arraySum(arrayMap(one -> one * one, gaps)) - gap_sum * gap_sum) "
                f"/ (gap_sum * gap_sum) + {p.prior_gaps!r}) / (gap_count + {p.prior_gaps!r}))"
            ),
            "parts": "toInt64(if(variation * 8 <= 1, 8, greatest(1, round(1 / variation))))",
            "silent_for": f"(now - {start_of_day('assumeNotNull(act_day)')}) / 86400000",
            "silence_x": "if(isNull(act_day), NULL, parts * silent_for / usual_gap)",
            "silence": (
                "if(silence_x <= 0, 1, arraySum(arrayMap(one -> pow(assumeNotNull(silence_x), one) / tgamma(one + 1), "
                "range(toUInt64(parts)))) * exp(-silence_x))"
            ),
            "origin": f"if(isNull(act_day), {start_of_day('first_day')}, {start_of_day('seen.act_days[1]')})",
            "p_last": f"if(isNull(act_day), 0, ({start_of_day('seen.act_days[-1]')} - origin) / {week})",
            "p_age": f"greatest(greatest(now - origin, 0) / {week}, p_last)",
            "p_alive": (
                f"1 / (1 + {spread.a!r} / ({spread.b!r} + {repeats}) * "
                f"pow(({spread.alpha!r} + p_age) / ({spread.alpha!r} + p_last), {spread.r!r} + {repeats}))"
            ),
            "left": "ties.had > 0 AND ties.groups + ties.contacts = 0",
            "last_times": f"arraySlice(bought.times, -{p.gap_orders})",
            "order_gaps": "arrayPopFront(arrayDifference(last_times))",
            "life_gap": (
                f"multiIf(orders = 0, usual_gap, orders < {p.stable_orders}, {p.brand_gap_days!r}, "
                "greatest(ifNotFinite(arrayReduce('quantileExactInclusive(0.5)', order_gaps), 0) / 86400000, "
                f"{p.least_gap_days!r})) * 86400000"
            ),
            "life_from": (
                f"multiIf(orders > 0, bought.times[-1], isNull(act_day), seen.first_at, {start_of_day('ifNull(act_day, 0)')})"
            ),
            "falls": (
                f"2 * {_days('seen.act_days', p.trend_days)} < "
                f"toInt64(arrayCount(one -> today - one >= {p.trend_days} AND today - one < {2 * p.trend_days}, seen.act_days))"
            ),
            "is_intro": f"orders < {p.intro_orders} AND today - first_day <= {p.intro_days}",
            "is_lost": f"now > life_from + floor({p.lost_gaps!r} * life_gap)",
            "is_declining": f"now > life_from + floor({p.decline_gaps!r} * life_gap)",
            "stage": (
                "multiIf(left, 'lost', is_intro, 'intro', is_lost, 'lost', is_declining, 'decline', "
                f"orders >= {p.stable_orders}, 'stable', falls, 'decline', 'growth')"
            ),
            "churn": "multiIf(left, 'left', is_intro, 'none', is_lost, 'silent', 'none')",
            "churn_risk": "if(left, 1, 1 - ifNull(silence, 1))",
        }
    )  # fmt: skip
