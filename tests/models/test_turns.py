"""The ms that a course tells at once is the ms at which its value passes the threshold."""

from operator import ge, gt, le, lt

import pytest

from models.calendar import DAY_MS, Calendar
from models.crossing import NEVER
from models.features import FEATURES, Course
from models.frame import Frame
from models.params import MemberParams
from models.state import MemberState, initial

TURNING = [feature for feature in FEATURES if isinstance(feature, Course)]
FIRST_DAY = 20_450


def member(frame: Frame, offsets: tuple[int, ...]) -> MemberState:
    """One who spoke on the days so far after the first."""
    state = initial("default", "m1", 1)
    state.first = frame.calendar.start(FIRST_DAY) + 3_600_000
    for offset in offsets:
        state.days.add(FIRST_DAY + offset)
        state.spoke = FIRST_DAY + offset
        frame.scale.add(state.cells, FIRST_DAY + offset, frame.calendar.start(FIRST_DAY + offset), 1.0, True)
    return state


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
@pytest.mark.parametrize("offsets", [(), (0,), (0, 1), (0, 7, 14, 21, 28, 35), (0, 1, 2, 40, 41, 130)])
@pytest.mark.parametrize("at", [True, False])
@pytest.mark.parametrize("feature", TURNING, ids=lambda feature: feature.id)
def test_value_passes_the_threshold_at_that_ms(
    feature: Course, at: bool, offsets: tuple[int, ...], zone: str
) -> None:
    frame = Frame(MemberParams(), Calendar(zone))
    state = member(frame, offsets)
    past = (ge if at else gt) if feature.rises else (le if at else lt)
    for threshold in (14.0, 7.5) if feature.rises else (0.05, 0.3, 0.9):
        turn = feature.turns(state, threshold, at, frame)
        if turn is None:
            assert feature.value(state, state.first or 0, frame) is None
            continue
        if abs(turn) >= NEVER // 2:  # never, or always
            continue
        before, there = (feature.value(state, ms, frame) for ms in (turn - 1, turn))
        assert before is not None and there is not None
        assert past(there, threshold) and not past(before, threshold), (before, there)


@pytest.mark.parametrize("name", ["silence", "p_alive"])
def test_a_threshold_above_every_value_was_always_passed(name: str) -> None:
    frame = Frame(MemberParams(), Calendar())
    state = member(frame, (0, 3))
    feature = next(one for one in TURNING if one.id == name)
    turn = feature.turns(state, 1.5, False, frame)
    assert turn is not None and turn < -1000 * 365 * DAY_MS
