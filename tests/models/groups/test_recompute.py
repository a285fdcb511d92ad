"""The figures of groups equal a recomputation in SQL from the events, whatever a bad producer does to them."""

import os
import random
from pathlib import Path

import pytest

from benchmarks.recompute import compare, damage, read
from models.groups import GroupParams

pytest.importorskip("chdb")

START = 1_767_571_200_000
DATA = os.environ.get("QUNPULSE_TEST_DATA")


def history(seed: int, count: int = 4000):
    """Three days of three groups: joins, leaves, talk, staff and a bot; some joins and leaves contradict what is known."""
    chance = random.Random(seed)
    types = ["message"] * 6 + ["group.joined"] * 2 + ["group.left", "group.kicked", "group.banned"]
    events = []
    for number, at in enumerate(sorted(chance.randrange(3 * 86_400) for _ in range(count))):
        member = chance.randrange(40)
        kind = chance.choice(types)
        role = {0: "staff", 1: "bot"}.get(member, "customer")
        events.append(
            {
                "event_id": f"e{number}",
                "kind": "chat" if kind == "message" else "join",
                "type": kind,
                "role": role,
            }
            | {"ts": START + 1000 * at, "member_id": f"m{member}", "group_id": f"g{member % 3}"}
        )
    return events


@pytest.mark.parametrize(("window", "lateness"), [(60, 1800), (300, 7200), (3600, 7200), (86_400, 7200)])
def test_minutes_hours_and_days_equal_sql(window, lateness) -> None:
    params = GroupParams(window_seconds=window, lateness=lateness * 1000)
    counts, shown = compare(history(1), params)
    assert counts["windows"] >= 9
    assert shown == []


def test_repeats_contradictions_and_shuffled_hours_change_no_count() -> None:
    events = list(damage(history(2), 3))
    counts, shown = compare(events, GroupParams())
    assert len(events) > 4000
    assert counts["windows"] > 800
    assert shown == []


def test_a_wrong_figure_would_be_seen() -> None:
    events = history(4, 500)
    params = GroupParams()
    from benchmarks import recompute

    ours, theirs = recompute.by_model(events[:-1], params), recompute.by_sql(events, 300_000)
    assert ours != theirs


@pytest.mark.skipif(DATA is None, reason="QUNPULSE_TEST_DATA is not set")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("bad", [False, True], ids=["as it is", "repeated, contradicted and shuffled"])
def test_a_year_of_real_channels_equals_sql(bad: bool) -> None:
    assert DATA is not None
    events = read(Path(DATA) / "community.jsonl.gz")
    counts, shown = compare(list(damage(events, 1)) if bad else events, GroupParams())
    assert counts["windows"] > 50_000
    assert shown == []
