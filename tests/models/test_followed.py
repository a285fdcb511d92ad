"""What is followed of each feature decides as the rules' own conditions do, over many rules and histories."""

import json

from benchmarks.rules import rule_file
from models.calendar import Calendar
from models.frame import Frame
from models.members import Members
from models.params import MemberParams
from models.rules import compile_rules
from models.state import MemberState
from schemas.view import read_event
from tests.streams.histories import DAY, DAYS, START, events


def test_a_tag_is_held_exactly_while_its_condition_holds() -> None:
    rules = compile_rules(rule_file(250, seed=3), "generated")
    params, calendar = MemberParams(), Calendar("Asia/Shanghai")
    members, frame = Members(params, rules, calendar), Frame(params, calendar)
    plain = [
        rule
        for rule in rules.rules
        if rule.leave is None and rule.family is None and not (rule.stay or rule.grace or rule.live)
    ]
    states: dict[str, MemberState] = {}
    clock, held = 0, 0

    def check(state: MemberState) -> int:
        for rule in plain:
            holds = rule.enter.look(state, state.judged_at, frame)[0]
            assert (rule.tag in state.on) is holds, (rule.tag, state.member_id, state.judged_at)
        return len(state.on)

    for number, event in enumerate(events(seed=9, members=12, count=400)):
        seen = read_event(json.dumps(event).encode(), event["ts"])
        state = states.setdefault(event["member_id"], members.initial("default", event["member_id"]))
        clock = max(clock, seen.at)
        members.fire_due(state, clock)
        members.fold(state, seen, 0, number)
        members.judge(state, max(seen.at, state.judged_at), "event", seen)
        held += check(state)
    for state in states.values():
        while state.due is not None and state.due < START + (DAYS + 40) * DAY:
            members.fire_due(state, state.due)
            held += check(state)
    assert held > 1000
