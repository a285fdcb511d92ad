"""Made-up histories in which every shipped tag comes and goes: all types of events, with refunds, late ones and tags by hand.

    python -m tests.streams.histories events.jsonl.gz --events 200000 --members 2000

writes one that ended before 2026, so that a replay takes all of it, for `qunpulse compare` to look at afterwards.
"""

import argparse
import gzip
import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

START: Final = 1_767_600_000_000
DAY: Final = 86_400_000
DAYS: Final = 420

Event = dict[str, Any]

_KINDS: Final = {
    "chat": (
        "message", "message", "solitaire", "red_packet_claimed", "push_delivered", "push_opened", "push_clicked", "share",
        "moments_comment", "staff_message",
    ),
    "join": (
        "group.joined", "group.joined", "group.left", "group.kicked", "group.banned", "contact.added", "contact.deleted",
        "account.followed", "account.unfollowed", "member.registered", "invite.sent", "role.changed", "tag.set", "tag.cleared",
        "profile.updated",
    ),
    "order": ("visited", "cart_added", "cart_removed", "placed", "paid", "paid", "refunded"),
    "checkin": (
        "signin", "task", "quiz", "quiz_test", "contest", "form", "enroll", "attend", "like_collect", "photo_share", "game",
        "claim", "lottery", "redeem", "points_grant",
    ),
}  # fmt: skip


def events(seed: int, members: int, count: int) -> list[Event]:
    """Events in their order of arrival: most in that of their times, one in twenty up to twenty days late."""
    rng = random.Random(seed)
    found = sorted(_made(rng, members, count), key=lambda event: event["ts"])
    return sorted(
        found, key=lambda event: event["ts"] + (rng.randrange(20 * DAY) if rng.random() < 0.05 else 0)
    )


def _made(rng: random.Random, members: int, count: int) -> Iterator[Event]:
    """Each member keeps to a few types, within a stretch of time of their own."""
    number = 0
    while number < count:
        member = f"m{number % members}"
        own = random.Random(f"{member} of {members}")
        liked = [
            (kind, type_)
            for kind in own.choices(list(_KINDS), k=own.choice([1, 6]))
            for type_ in own.choices(_KINDS[kind], k=2)
        ]
        first = own.choice([0, own.randrange(DAYS), DAYS - 40, DAYS - 12])
        kind, type_ = rng.choice(liked)
        length = own.choice([DAYS - first, min(DAYS - first, 15)])
        hour = own.choice([None, own.randrange(24)])
        at = START + (first + rng.randrange(length)) * DAY
        at += rng.randrange(DAY) if hour is None else hour * 3_600_000
        event = {
            "event_id": f"e{number}", "kind": kind, "type": type_, "ts": at, "member_id": member,
            "role": rng.choice(["customer"] * 12 + ["staff"]),
        } | _FIELDS[kind](rng, type_, member, number)  # fmt: skip
        yield event
        number += 1
        if type_ == "paid" and "lines" in event and rng.random() < 0.3:
            yield _looked_before(rng, event, number)
            number += 1


def _looked_before(rng: random.Random, paid: Event, number: int) -> Event:
    """A look at what was paid, some time before."""
    before = rng.choice([60_000, 9 * DAY]) + rng.randrange(DAY // 24)
    return {
        "event_id": f"e{number}", "kind": "order", "type": "visited", "ts": paid["ts"] - before, "lines": paid["lines"],
        "member_id": paid["member_id"],
    }  # fmt: skip


def _chat(rng: random.Random, type_: str, member: str, number: int) -> Event:
    event: Event = {"group_id": rng.choice("abc")}
    if type_ == "staff_message":
        event = {"staff_id": rng.choice("st"), "role": rng.choice(["staff", "staff", "customer", "bot"])}
    if type_ == "message" and rng.random() < 0.3:
        event = {"scope": "single"}
    if type_ == "message":
        event |= {"intent": rng.sample(["客诉", "催单", "赞美", "无关", "提问", "吐槽", "反馈"], 2)}
        event |= {"reply_to": "x"} if rng.random() < 0.5 else {"topic_id": f"t{rng.randrange(5)}"}
    elif type_ == "solitaire":
        event |= {"solitaire": {"type": "group_buy", "seq": rng.randrange(3)}}
    elif type_ == "red_packet_claimed":
        event |= {"red_packet": {"id": "r", "amount_fen": rng.randrange(100), "best": rng.random() < 0.2}}
    elif type_.startswith("push_"):
        event |= {"push_channel": rng.choice(["sms", "mall"]), "reading_mode": rng.choice(["text", "video"])}
    return event


def _join(rng: random.Random, type_: str, member: str, number: int) -> Event:
    event: Event = {
        "group_id": rng.choice(["a", "b", "c", "vip"]),
        "staff_id": rng.choice("st"),
        "platform": rng.choice(["oa", "video"]),
    }
    if type_ in ("group.joined", "contact.added", "account.followed", "member.registered"):
        event |= {"incentive": rng.random() < 0.3, "referrer_role": rng.choice(["kol", "customer"])}
        event |= {"channel_id": f"c{rng.randrange(3)}"} if rng.random() < 0.5 else {"live_id": "live"}
    if type_ == "group.joined":
        event |= {
            "join_method": rng.choice(["self_scan", "invited"]),
            "entry_gate": rng.choice(["none", "paid"]),
        }
    if type_ == "role.changed":
        event["role"] = rng.choice(["admin", "customer"])
    if type_ == "profile.updated":
        told = {
            "gender": rng.choice(["female", "male", ""]), "age": rng.choice([19, 25, 60, -1, True, "30", 1.5]),
            "occupation": rng.choice(["student", 7, "职" * 70]), "zodiac": "leo", "height_cm": 1001,
        }  # fmt: skip
        event["profile"] = {name: told[name] for name in rng.sample(sorted(told), 3)}
    if type_.startswith("tag."):
        event["manual_tag"] = {"key": rng.choice(["vip", "value.buyer", "activity.lost", "crowd.card"])}
    return event


def _order(rng: random.Random, type_: str, member: str, number: int) -> Event:
    line = {
        "sku": f"s{rng.randrange(9)}", "category": rng.choice(["tea", "tea", "rice"]), "series": rng.choice("xxy"),
        "unit_fen": rng.choice([900, 900, 7000, 60_000]), "attrs": {"taste": rng.choice(["sweet", "salt"]), "n": 1},
        "launch_ts": rng.choice([START + rng.randrange(DAYS) * DAY, "2026-10-01T00:00:00+08:00"]),
        "product_role": rng.choice(["引流款", "核心款", "利润款", "拓展款"]),
        "sku_type": rng.choice(["goods", "goods", "card", "gift_card", "trial", "plan"]),
        "plan_days": rng.choice([7, 30, 200]), "plan_times": rng.choice([1, 4]), "face_fen": rng.choice([None, 0, 12_000]),
        "qty": rng.randrange(3), "is_special": rng.choice([None, False, True]), "list_fen": rng.choice([None, 900, 9000]),
    }  # fmt: skip
    if rng.random() < 0.7:
        line["cost_fen"] = rng.choice([300, 6000, 90_000])
    event: Event = (
        {"lines": [line, {"sku": "s", "unit_fen": 100, "cost_fen": 30}]} if rng.random() < 0.8 else {}
    )
    order = f"{member}-{rng.randrange(8)}"
    if type_ == "visited":
        event |= {
            "action": rng.choice(["comment", "favorite", "view", "search", "follow"]),
            "dwell_ms": rng.randrange(9000),
        }
        event |= {"query_category": "tea"} | ({"promo": [{"type": "秒杀"}]} if rng.random() < 0.3 else {})
    elif type_ == "placed":
        event |= {"order_id": order, "groupbuy_id": "g"}
    elif type_ == "paid":
        event |= {
            "order_id": order,
            "paid_fen": rng.choice([500, 20_000, 90_000]),
            "platform": rng.choice(["mall", "shop"]),
        }
        event |= {
            "discount_fen": rng.choice([0, 100]),
            "points_used": rng.choice([0, 3]),
            "gift_wrap": rng.random() < 0.3,
            "address_hash": rng.choice("kl"),
        }
        event |= (
            {"promo": [{"type": "满减"}, {"type": rng.choice(["秒杀", "满减"])}]}
            if rng.random() < 0.3
            else {}
        )
        event |= {"campaign_id": "618"} if rng.random() < 0.5 else {}
        event |= {"parent_order_id": f"p{member}"} if order.endswith("7") else {}
        event |= _rights(rng, member)
    elif type_ == "refunded":
        event |= {"order_id": order, "refund_fen": rng.choice([100, 500, 90_000])}
        event |= {"refund_type": rng.choice(["full", "partial", "cashback"])}
        event |= {"paid_ts_orig": START + rng.randrange(DAYS * DAY)} if rng.random() < 0.5 else {}
        event |= {"stored_fen": rng.choice([0, 100, 800])} if rng.random() < 0.2 else {}
        event |= {"bet_id": f"b{rng.randrange(4)}"} if rng.random() < 0.3 else {}
    return event


def _rights(rng: random.Random, member: str) -> Event:
    """What a payment has to do with stored value, plans, coupons and bets; some of each are never used again."""
    event: Event = {}
    if rng.random() < 0.3:
        event["stored_fen"] = rng.choice([300, 15_000, 90_000])
    if rng.random() < 0.5:
        event["next_coupon_id"] = f"c{rng.randrange(6)}"
        event["coupon_expires_ts"] = START + rng.randrange(DAYS + 60) * DAY
    if rng.random() < 0.3:
        event["coupon_id"] = f"c{rng.randrange(9)}"
    if rng.random() < 0.4:
        event |= {"bet_id": f"b{rng.randrange(4)}", "required_days": rng.choice([1, 2, 3])}
    if rng.random() < 0.2:
        event["plan_order_id"] = f"{member}-{rng.randrange(8)}"
    return event


def _checkin(rng: random.Random, type_: str, member: str, number: int) -> Event:
    event: Event = {
        "scene": ["裂变", "留存", "活跃", "转化", ""][number % 5],
        "activity_tags": rng.sample(["anxiety", "referral", "contest"], 2),
        "points_delta": rng.choice([-90, -9, 0, 0, 7, 300]),
    }
    if rng.random() < 0.3:
        event["points_expire_ts"] = rng.choice(
            ["2026-09-01T00:00:00+08:00", START + rng.randrange(2 * DAYS) * DAY]
        )
    if type_ in ("task", "points_grant") and rng.random() < 0.3:
        event["audit_state"] = rng.choice(["pending", "approved", "rejected"])
    event |= {"reward": {"type": rng.choice(["coupon", "points", "card"]), "amount": 1}}
    if rng.random() < 0.3:
        event |= {"coupon_id": f"c{rng.randrange(6)}", "plan_order_id": f"{member}-{rng.randrange(8)}"}
        event |= {"coupon_expires_ts": "2026-12-01T00:00:00+08:00"} if rng.random() < 0.5 else {}
    if type_ == "signin" and rng.random() < 0.6:
        event |= {"bet_id": f"b{rng.randrange(4)}", "required_days": 1 + number % 3}
    more: dict[str, Event] = {
        "quiz": {"is_correct": rng.random() < 0.7},
        "form": {"answers_complete": rng.random() < 0.7},
        "attend": {"offline": True},
        "like_collect": {"likes": rng.randrange(60)},
        "photo_share": {"audit_state": "approved"},
        "signin": {"local_day": "2026-03-01"}
        if number % 11 == 0
        else {"platform": rng.choice(["oa", "app"])},
    }
    return event | more.get(type_, {})


_FIELDS: Final = {"chat": _chat, "join": _join, "order": _order, "checkin": _checkin}


EARLIER: Final = timedelta(weeks=104)
"""How much a written history is earlier; whole weeks, so that each event keeps its weekday and hour."""


def earlier(value: Any) -> Any:
    """The same event with every time in it `EARLIER`: milliseconds since 1970, and dates as text."""
    if isinstance(value, dict):
        return {name: earlier(one) for name, one in value.items()}
    if isinstance(value, list):
        return [earlier(one) for one in value]
    if isinstance(value, int) and value >= START - DAYS * DAY:
        return value - EARLIER // timedelta(milliseconds=1)
    if isinstance(value, str) and value.startswith("2026-"):
        moved = datetime.fromisoformat(value) - EARLIER
        return moved.isoformat() if "T" in value else moved.date().isoformat()
    return value


def main() -> None:
    """Write a history, one event a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--members", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    with gzip.open(given.file, "wt", encoding="utf-8", compresslevel=5) as lines:
        for event in events(given.seed, given.members, given.events):
            lines.write(json.dumps(earlier(event), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
