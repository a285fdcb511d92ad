"""The door to all that is decided about one member.

For each event the pipeline fires what was due before it, applies it, and judges:

>>> from schemas.view import Event
>>> from models.params import MemberParams
>>> from models.calendar import Calendar
>>> from models.rules import compile_rules
>>> rules = compile_rules('''
... version: 1
... rules:
...   - {id: talks, name: {zh: 发言, en: Talks}, class: habit, source: M12,
...      when: {feature: activity_score, at_least: 1}}
... ''', "talks.yaml")
>>> members = Members(MemberParams(), rules, Calendar("Asia/Shanghai"))
>>> state = members.initial("default", "m1")
>>> hello = Event(event_id="e1", kind="chat", type="message", ts=1_767_603_600_000, member_id="m1")
>>> members.fold(state, hello, source=0, offset=0), members.fold(state, hello, source=0, offset=1)
(True, False)
>>> [(change.tag, change.change) for change in members.judge(state, hello.at, "event", hello)]
[('talks', 'entered')]
>>> state.due - hello.at                            # ms: at once it is worth less than 1 again
1
>>> [(change.tag, change.change) for change in members.fire_due(state, until=state.due)]
[('talks', 'left')]
"""

from collections.abc import Sequence

from models import alerting, fold, profile
from models.calendar import Calendar
from models.frame import Frame
from models.judge import Cause, Judge, Occasion
from models.params import MemberParams
from models.rules.ahead import Ahead, ahead
from models.rules.rule import RuleSet
from models.state import MemberState, initial
from schemas.facts import Alert
from schemas.rows import Row
from schemas.view import Event
from schemas.written import Change, Profile


class Members:
    """Decisions about members under one set of tunables, rules and calendar days."""

    def __init__(
        self, params: MemberParams, rules: RuleSet, calendar: Calendar, tell_features: bool = False
    ) -> None:
        """With ``tell_features`` profiles carry every feature that a rule reads."""
        self._tells = tell_features
        self._told = profile.told_by(rules) if tell_features else ()
        self._frame = Frame(params, calendar, rules.earning, rules.levels, rules.vip_groups)
        self._rules = rules
        self._judge = Judge(rules, self._frame)
        self._alerting = {rule.tag: rule.alert for rule in rules.rules if rule.alert is not None}

    def initial(self, brand_id: str, member_id: str) -> MemberState:
        """State of a member of whom nothing is known."""
        return initial(brand_id, member_id, self._judge.version)

    @property
    def version(self) -> int:
        """Version of the rules."""
        return self._judge.version

    def under(self, rules: RuleSet) -> "Members":
        """The same decisions by other rules; members judged so far are judged anew when next looked at."""
        return Members(self._frame.params, rules, self._frame.calendar, self._tells)

    def fold(self, state: MemberState, event: Event, source: int, offset: int) -> bool:
        """Apply the event at ``offset`` of ``source``; false if the fence or its id says that it was applied.

        The fence moves on in any case, so a state must be kept even then.
        """
        return fold.fold(state, event, source, offset, self._frame)

    def judge(
        self,
        state: MemberState,
        at: int,
        cause: Cause,
        event: Event | None = None,
        row: Row | None = None,
    ) -> list[Change]:
        """Decide at ``at`` (ms), or at the last judgement if that is later, which tags enter and leave.

        ``row`` is where the event stood in the input. Those that leave come first. Brings ``state.due`` up to date:
        nothing changes before it without an event.
        """
        return self._judge.judge(state, at, Occasion(cause, event, row))

    def fire_due(self, state: MemberState, until: int) -> list[Change]:
        """Judge at every due time up to ``until`` (ms), each at its own time.

        Ends, because every judgement moves the due time on, and a member left alone comes to rest.
        """
        found: list[Change] = []
        if state.due is not None and state.due <= until and state.rules != self.version:
            # what the rules do is theirs; what the time does is told of the timer
            found += self._judge.judge(state, state.due - 1, Occasion("rule"))
        while state.due is not None and state.due <= until:
            found += self._judge.judge(state, state.due, Occasion("timer"))
        return found

    def alerts(self, state: MemberState, told: Sequence[Change], event: Event | None = None) -> list[Alert]:
        """Alerts that tag changes open and close; each change is to be asked about once, in its order.

        ``event`` is the one that was folded before they were decided, if one was.
        """
        return alerting.alerts(state, told, self._alerting, event)

    def ahead(self, state: MemberState, at: int) -> list[Ahead]:
        """What is missing for each tag that the member does not hold; ``state`` judged at ``at`` (ms)."""
        return ahead(self._rules, state, at, self._frame)

    def profile(self, state: MemberState, at: int) -> Profile:
        """All that is known as of ``at`` (ms), or as of the last judgement if that is later."""
        return profile.profile(state, max(at, state.judged_at), self._frame, self._told)
