"""What must hold for every member, whatever their life and however it reaches us."""

from hypothesis import given, settings
from hypothesis import strategies as st

from models.members import Members
from models.rules import RuleSet
from schemas.facts import to_json
from schemas.view import Event
from schemas.written import Profile, written_json
from tests.models.histories import DAY, LENGTH, START, copy, histories, live, told

ENDS = st.one_of(st.integers(0, 20 * DAY), st.integers(0, 400 * DAY)).map(lambda wait: START + LENGTH + wait)
FEW = settings(max_examples=60, deadline=None)


@FEW
@given(events=histories(), end=ENDS, data=st.data())
def test_the_order_of_arrival_does_not_matter(
    members: Members, events: list[Event], end: int, data: st.DataObject
) -> None:
    one, _ = live(members, events, end)
    shuffled = data.draw(st.permutations(events))
    restarts = data.draw(st.frozensets(st.integers(0, len(events))))
    other, _ = live(members, shuffled, end, restarts, again=True)
    assert told(members.profile(one, end)) == told(members.profile(other, end))


@FEW
@given(events=histories(), end=ENDS, data=st.data())
def test_restarts_change_nothing(
    members: Members, events: list[Event], end: int, data: st.DataObject
) -> None:
    restarts = data.draw(st.frozensets(st.integers(0, len(events))))
    shuffled = data.draw(st.permutations(events))
    one, facts = live(members, shuffled, end)
    other, same_facts = live(members, shuffled, end, restarts)
    assert facts == same_facts
    assert told(members.profile(one, end)) == told(members.profile(other, end))


@FEW
@given(events=histories(30), data=st.data())
def test_nothing_changes_before_it_is_due(members: Members, events: list[Event], data: st.DataObject) -> None:
    state, _ = live(members, events, events[-1].at)
    for _ in range(200):
        due = state.due
        horizon = (state.judged_at + 200 * DAY) if due is None else due - 1
        stepping = steps(members.profile(state, state.judged_at))
        if horizon > state.judged_at:
            at = data.draw(st.one_of(st.just(horizon), st.integers(state.judged_at + 1, horizon)))
            fresh = copy(state)
            assert members.judge(fresh, at, "timer") == []
            assert steps(members.profile(fresh, at)) == stepping
            assert fresh.due == due
        if due is None:
            return
        members.judge(state, due, "timer")
        assert state.due is None or state.due > due
    raise AssertionError("a member left alone does not come to rest")


def steps(profile: Profile) -> tuple[object, ...]:
    """What of a profile changes by steps."""
    return (
        profile.activity,
        profile.activity_freq,
        profile.stage,
        profile.churn,
        profile.streak_days,
        profile.f,
        profile.m_fen,
        profile.orders,
        profile.tags,
        profile.next_at,
    )


@FEW
@given(events=histories(), end=ENDS)
def test_one_stage_and_one_activity_and_their_tags(members: Members, events: list[Event], end: int) -> None:
    state, _ = live(members, events, end)
    written = members.profile(state, end)
    profile = written.fact()
    assert to_json(profile) == written_json(written)
    assert [tag for tag in profile.tags if tag.startswith("stage.")] == [f"stage.{profile.stage}"]
    assert [tag for tag in profile.tags if tag.startswith("activity.")] == [f"activity.{profile.activity}"]
    assert ("churn.left" in profile.tags) is (profile.churn == "left")
    assert ("churn.silent" in profile.tags) is (profile.churn == "silent")


@FEW
@given(events=histories(), end=ENDS)
def test_facts_tell_the_story_of_the_tags(
    members: Members, all_rules: RuleSet, events: list[Event], end: int
) -> None:
    state, facts = live(members, events, end)
    held: set[str] = set()
    for fact in facts:
        assert to_json(fact.fact()) == written_json(fact)
        assert (fact.tag in held) is (fact.change == "left")
        held.symmetric_difference_update({fact.tag})
        assert fact.evidence
        assert fact.next_at is None or fact.next_at > fact.at
    assert sorted(held) == members.profile(state, end).tags
    assert [fact.at for fact in facts] == sorted(fact.at for fact in facts)
    assert held <= {rule.tag for rule in all_rules.rules}


@FEW
@given(events=histories())
def test_the_fence_drops_what_was_applied(members: Members, events: list[Event]) -> None:
    state = members.initial("default", "m1")
    for offset, event in enumerate(events):
        assert members.fold(state, event, 3, offset)
    before = copy(state)
    for offset, event in enumerate(events):
        assert not members.fold(state, event, 3, offset)
        assert not members.fold(state, event, 7, offset)
    assert state.fence == {3: len(events) - 1, 7: len(events) - 1}
    assert state.days == before.days
    assert (state.cells, state.orders, state.revision) == (before.cells, before.orders, before.revision)
