"""The views of what follows a broadcast or a push, and of the lives of groups; each story is a brand of its own."""

import pytest

from sinks.base import Engine
from tests.sinks.story import START, act, day, read, tell
from tests.sinks.test_clickhouse_read import window
from tests.sinks.test_clickhouse_read import write as write_facts

pytestmark = pytest.mark.parametrize("opener", ["embedded"], indirect=True, scope="module")
"""Of the two engines one is enough: views are read alike, as those of cohorts show."""

HOUR = 1 / 24
DAY = 86_400_000


def sizes(store: Engine, brand: str, **members: int) -> None:
    """Sizes of group g at noon of days, such as ``d0=8``."""
    start = int(START.timestamp() * 1000) + DAY // 2
    facts = [
        window(start + int(name[1:]) * DAY, members=size) | {"brand_id": brand}
        for name, size in members.items()
    ]
    write_facts(store, "group_stats", *facts)


def test_what_follows_a_broadcast(shared_store: Engine) -> None:
    sizes(shared_store, "sent", d0=8, d25=3)
    tell(
        shared_store,
        *(act("sent", 0, "group.joined", one) for one in ("m", "n", "sleeper")),
        act("sent", 19, "message", "m"),
        act("sent", 20 + 20 * HOUR, "broadcast", broadcast_id="b1"),
        act("sent", 20 + 21 * HOUR, "signin", "m"),
        act("sent", 21, "signin", "n"),  # ends a silence too; more than two hours later, past midnight
        act("sent", 21 + 20 * HOUR, "message", "sleeper"),
        act("sent", 21 + 20.1 * HOUR, "message", "k"),
        act("sent", 20 + 21 * HOUR, "signin", "other", group_id="h"),
        act("sent", 20 + 21 * HOUR, "signin", "crew", role="staff"),
        act("sent", 20 + 21 * HOUR, "group.joined", "k"),
        act("sent", 22, "broadcast", broadcast_id="b2"),
        act("sent", 22 + HOUR, "message", "m"),
    )
    columns = f"broadcast_id, {day()}, over, members, signed, acted, woken, signed_rate, rate"
    assert read(shared_store, "broadcast_responses", columns, "brand_id = 'sent'") == [
        ("b1", 20, 1, 8, 1, 3, 2, 0.125, 0.375),
        ("b2", 22, 0, 8, 0, 1, 0, 0.0, 0.125),
    ]
    woken = f"member_id, type, {day()}, broadcast_id"
    assert read(shared_store, "woken_members", woken, "brand_id = 'sent'") == [
        ("n", "signin", 21, "b1"),
        ("sleeper", "message", 21, "b1"),
    ]


def test_actions_after_a_push(shared_store: Engine) -> None:
    tell(
        shared_store,
        *(act("push", at, "push_delivered", "m", group_id=None) for at in (1, 3, 5, 9)),
        act("push", 1.5, "push_opened", "m", group_id=None),
        act("push", 1.9, "visited", "m", group_id=None),
        act("push", 4.1, "paid", "m", order_id="1", paid_fen=9),  # more than a day after the second
        act("push", 5.2, "signin", "m"),
        act("push", 5, "push_delivered", "n"),
        act("push", 9, "push_delivered", "k"),
        act("push", 9.5, "quiz", "k"),
        act("push", 5, "push_delivered", "robot", role="bot"),
    )
    # The last push of m is younger than a day and was not followed, that of k was.
    assert read(
        shared_store, "push_actions", "member_id, pushes, acted, round(rate, 2)", "brand_id = 'push'"
    ) == [
        ("k", 1, 1, 1.0),
        ("m", 3, 2, 0.67),
        ("n", 1, 0, 0.0),
    ]


def test_lives_of_groups(shared_store: Engine) -> None:
    sizes(shared_store, "lives", d1=8, d27=4)
    halving = [(week, n) for week, people in enumerate((8, 4, 2, 1)) for n in range(people)]
    tell(
        shared_store,
        act("lives", 0, "group.created", group_meta={"growth_type": "spread", "purpose": "welfare"}),
        *(act("lives", 7 * week + 1, "message", f"m{n}") for week, n in halving),
        act("lives", 1, "group.created", group_id="gone", group_meta={"growth_type": "traffic"}),
        act("lives", 4, "message", "m", group_id="gone"),
        act("lives", 6, "group.dissolved", group_id="gone"),
        act("lives", 2, "group.created", group_id="still", group_meta={"growth_type": "traffic"}),
        act("lives", 9, "signin", "m", group_id="still"),
        act("lives", 28, "message", "s", group_id="still", role="staff"),  # of staff, so no life
        act("lives", 20, "group.created", group_id="mute", group_meta={"growth_type": "traffic"}),
        act("lives", 28, "message", "m", group_id="young"),
    )
    lives = f"group_id, growth_type, {day('began')}, {day('last_active')}, age_days, dead, life_days"
    assert read(shared_store, "group_lives", lives, "brand_id = 'lives'") == [
        ("g", "spread", 0, 22, 28, 0, None),
        ("gone", "traffic", 1, 4, 27, 1, 4),
        ("mute", "traffic", 20, None, 8, 1, 0),
        ("still", "traffic", 2, 9, 26, 1, 8),
        ("young", "", 28, 28, 0, 0, None),
    ]
    fall = "first_rate, last_rate, cooling, round(half_life_days, 6)"
    assert read(shared_store, "group_lives", fall, "brand_id = 'lives' AND group_id = 'g'") == [
        (1.0, 0.25, 1, 7.0)
    ]
    deaths = "growth_type, groups, died, round(dead_share, 2), median_days"
    assert read(shared_store, "group_deaths", deaths, "brand_id = 'lives'") == [
        ("", 1, 0, 0.0, None),
        ("spread", 1, 0, 0.0, None),
        ("traffic", 3, 3, 1.0, 4),
    ]
