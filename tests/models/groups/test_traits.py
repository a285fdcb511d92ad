from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

import schemas
from models.groups import restore, snapshot
from models.groups.kinds import PRIOR_RATES
from models.groups.traits import TRAITS, context
from schemas.view import GroupMeta, read_event

HOUR = 3_600
CREATED = Path(schemas.__file__).with_name("examples") / "join" / "group.created.json"

words = st.none() | st.sampled_from(["traffic", "flash", "a word nobody knows", "缓冲群"])
said = st.lists(st.tuples(st.integers(0, 3), st.tuples(*[words] * len(TRAITS))), min_size=1, max_size=6)


def told(stage, history) -> None:
    for at, values in history:
        traits = dict(zip(TRAITS, values, strict=True))
        gate = traits.pop("entry_gate")
        stage.fold(stage.event(at, "group.updated", None, group_meta=GroupMeta(**traits), entry_gate=gate))


@given(said, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(new_stage, history, chance) -> None:
    once, mixed = new_stage(), new_stage()
    told(once, history)
    again = history + history[::2]
    chance.shuffle(again)
    told(mixed, again)
    assert context(mixed.state) == context(once.state)
    assert mixed.state.baseline.prior == once.state.baseline.prior
    last = {}
    for at, values in history:
        for name, word in zip(TRAITS, values, strict=True):
            if word is not None:
                last[name] = max(last.get(name, (0, "")), (at, word))
    assert context(once.state) == {f"group_{name}": word for name, (_, word) in last.items()}
    growth = last.get("growth_type", (0, ""))[1]
    assert once.state.baseline.prior == PRIOR_RATES.get(growth, 0.0)


def test_an_update_that_leaves_a_trait_out_keeps_it(stage) -> None:
    stage.play(0, "group.created", None, group_meta=GroupMeta(tier="buffer", purpose="exchange"))
    stage.play(HOUR, "group.updated", None, group_meta=GroupMeta(purpose="welfare"))
    stage.play(2 * HOUR, "group.updated", None)
    assert context(stage.state) == {"group_purpose": "welfare", "group_tier": "buffer"}
    assert context(restore(snapshot(stage.state))) == context(stage.state)


def test_the_example_event_is_told_in_the_alerts_of_its_group(stage) -> None:
    raw = CREATED.read_bytes()
    stage.fold(msgspec.structs.replace(read_event(raw, stage.event(0, "x").at), group_id="g"), 0)
    members = stage.fill(200, at=1)
    for number in range(60):
        stage.play(HOUR + number * 5, "group.left", members[number])
    stage.until(20 * HOUR)
    waves = [alert for alert in stage.alerts if alert.kind == "churn_spike"]
    assert {alert.state for alert in waves} == {"opened", "updated", "closed"}
    for alert in stage.alerts:
        kept = {name: word for name, word in alert.evidence.items() if name.startswith("group_")}
        assert kept == {
            "group_purpose": "福利群",
            "group_growth_type": "滚雪球",
            "group_tier": "普通",
            "group_audience": "门店顾客",
            "group_store": "西湖店",
        }
