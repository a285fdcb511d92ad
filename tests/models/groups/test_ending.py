from hypothesis import given
from hypothesis import strategies as st

from models.groups import restore, snapshot
from schemas.view import GroupMeta

MONDAY = 1_767_571_200_000
HOUR, DAY = 3_600, 86_400

words = st.one_of(
    st.tuples(st.just("planned_end_ts"), st.integers(1, 9), st.integers(10, 20)),
    st.tuples(st.just("cleanup_until_ts"), st.integers(1, 9), st.integers(10, 20)),
    st.tuples(st.sampled_from(["group.dissolve_notice", "group.dissolved"]), st.integers(1, 30), st.just(0)),
)


def say(stage, history) -> None:
    for word, at, until in history:
        if word.startswith("group."):
            stage.fold(stage.event(at * HOUR, word))
        else:
            meta = GroupMeta(**{word: MONDAY + until * HOUR * 1000})
            stage.fold(stage.event(at * HOUR, "group.updated", None, group_meta=meta))


@given(st.lists(words, min_size=1, max_size=7), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(new_stage, history, chance) -> None:
    once, mixed = new_stage(), new_stage()
    say(once, history)
    again = history + history[::2]
    chance.shuffle(again)
    say(mixed, again)
    plans = [(at, until) for word, at, until in history if word == "planned_end_ts"]
    cleanups = [(at, until) for word, at, until in history if word == "cleanup_until_ts"]
    ends = [at for word, at, _ in history if word.startswith("group.")]
    expected = min([*ends, *([max(plans)[1]] if plans else [])], default=None)
    for stage in (once, mixed):
        state = stage.state
        assert state.ending_at == (None if expected is None else MONDAY + expected * HOUR * 1000)
        if cleanups:
            begins, until = max(cleanups)
            assert state.cleanup_from == MONDAY + begins * HOUR * 1000
            assert state.cleanup_until == MONDAY + until * HOUR * 1000


def test_a_plan_that_is_put_off_gives_way_to_the_next(stage) -> None:
    stage.play(0, "group.created", None, group_meta=GroupMeta(planned_end_ts=MONDAY + DAY * 1000))
    stage.play(HOUR, "group.updated", None, group_meta=GroupMeta(planned_end_ts=MONDAY + 9 * DAY * 1000))
    assert restore(snapshot(stage.state)).ending_at == MONDAY + 9 * DAY * 1000
    stage.play(2 * DAY, "group.dissolve_notice")
    assert stage.state.ending_at == MONDAY + 2 * DAY * 1000
