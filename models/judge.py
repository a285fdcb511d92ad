"""Deciding tags: which enter and leave at a time, on what evidence, and when to look again.

**Exact.** Each rule tells the ms before which time alone cannot change it (`models.rules.condition`). It is looked at
when an event changed something that it reads, and at that ms; so a tag leaves at the very ms its condition ceases.

**Memory and the order of arrival.** A rule with two thresholds remembers on which side it was, and what is remembered
may depend on what was seen when. For rules that read only courses which an own act resets (silence, P(alive)) it does
not, by this argument. Let t be the time of the member's latest own act. At t such a course is above any leave
threshold that makes sense, so the tag is off at t whatever was before; after t the course falls without a break, so
from t on the tag is on exactly when the *enter* condition holds. Now let an event come late, that is, no later than
the last judgement. It may move the course by changing what is known of the time before t, after the tag was decided
on less. So the memory is dropped and the rule judged by its enter condition alone, which by the above is what it
would be had the event been in time. For the activity score there is no such argument, since an act lifts it by a
little and not above every threshold; there the memory is kept (a message one second late must not cost a tag), and
between its two thresholds the tag may tell in which order events came.
"""

from typing import Literal

import msgspec

from models import changes
from models.crossing import NEVER
from models.frame import Frame
from models.rules.asked import Asked
from models.rules.index import Plan, RuleIndex
from models.rules.rule import Rule, RuleSet
from models.state import MemberState, initial
from models.staying import asks, enters, left, next_change, stays
from models.ties import says
from models.work import Value, Work
from schemas.rows import Row, source_name
from schemas.view import Event, evidence_of
from schemas.written import Change

Cause = Literal["event", "timer", "rule", "manual"]
Side = Literal["entered", "left"]


class Occasion(msgspec.Struct, frozen=True, gc=False):
    """What made us look."""

    cause: Cause
    event: Event | None = None
    row: Row | None = None
    """Where the event stood in the input."""
    rules: tuple[int, int] | None = None
    """Versions before and after, if other rules made us look."""


class Judge:
    """Decides by one set of rules."""

    def __init__(self, rules: RuleSet, frame: Frame) -> None:
        self._index = RuleIndex(rules)
        self._frame = frame
        self.version = rules.version
        self._firsts: dict[int, Plan] = {}
        self._blank = self._of_nobody(rules)
        everything = self._index.everything.rules
        self._holding = tuple(asked.number for asked in everything if self._ask(self._blank, 0, (asked,)))
        """Rules that hold of one of whom nothing is known."""

    def judge(self, state: MemberState, at: int, occasion: Occasion) -> list[Change]:
        """Decide at ``at`` what may have changed since the last time; brings tags, due time and revision up to date."""
        work = state.work
        at = max(at, state.judged_at)
        found = self._by_hand(state, at, occasion) if work.manual else []
        touched = tuple(change.tag for change in found) if found else ()
        changed = work.changed
        if work.values and state.rules == self.version:
            plan = self._index.reading(changed & changes.EVERYTHING)
            if state.due is not None and state.due <= at:
                plan = self._index.due(work.dues, at, plan)
        elif work.fresh and changed & changes.FIRST and state.rules == self.version:
            plan = self._first(work, changed & changes.EVERYTHING)
        else:
            plan = self._everything(work)
            if state.rules != self.version:
                occasion = Occasion("rule", rules=(state.rules, self.version))
                state.rules = self.version
            found += self._retire(state, at, occasion)
        if touched:
            plan = Plan(plan.features, self._index.hanging_on(plan.rules, touched))
        if plan.features or plan.rules:
            found += self._decide(state, at, plan, occasion)
            state.due = min(work.dues.values(), default=None)
        work.changed = 0
        state.judged_at = at
        if found or occasion.cause == "timer":
            state.revision += 1
        return found

    def _of_nobody(self, rules: RuleSet) -> MemberState:
        """One of whom nothing is known, as this judge sees them at time 0."""
        state = initial("", "", rules.version)
        self._refresh(state, 0, self._everything(state.work))
        return state

    def _everything(self, work: Work) -> Plan:
        """A first look, at everything."""
        work.values = list(self._index.unknown)
        work.ledger = work.terms = None
        work.dues = {}
        return self._index.everything

    def _first(self, work: Work, changed: int) -> Plan:
        """A first look that begins with what holds of one of whom nothing is known.

        That is the same at any time but for what reads the first event, which is looked at anew.
        """
        work.values = self._blank.work.values.copy()
        work.dues = self._blank.work.dues.copy()
        plan = self._firsts.get(changed)
        if plan is None:
            features, rules = self._index.reading(changed)
            plan = self._firsts[changed] = Plan(features, self._index.merged(rules, self._holding))
        return plan

    def _decide(self, state: MemberState, now: int, plan: Plan, occasion: Occasion) -> list[Change]:
        """Look at what was picked, in turns: rules that read other tags come behind those tags' rules.

        Changes are in the order of the turns, and within a turn in that of the file, those that leave first.
        """
        index = self._index
        told: list[Change] = []
        for turn, rules in enumerate(index.turns(self._refresh(state, now, plan))):
            if told:
                moved = tuple(dict.fromkeys(change.tag for change in told))
                rules = index.of_turn(index.hanging_on(rules, moved), turn)  # noqa: PLW2901
            flips = self._ask(state, now, rules) if rules else None
            if flips:
                told += self._tell(state, now, flips, occasion)
        return told

    def _tell(
        self, state: MemberState, now: int, flips: list[tuple[Rule, int]], occasion: Occasion
    ) -> list[Change]:
        sides = [(rule, due, rule.tag in state.on) for rule, due in flips]
        told = [self._leave(state, now, rule, due, occasion) for rule, due, held in sides if held]
        told += [self._enter(state, now, rule, due, occasion) for rule, due, held in sides if not held]
        return [one for one in told if one is not None]

    def _refresh(self, state: MemberState, now: int, plan: Plan) -> tuple[Asked, ...]:
        """Look up the features of a plan; its rules, and those that a value which passed a threshold concerns."""
        work, frame = state.work, self._frame
        values, dues = work.values, work.dues
        concerned: tuple[int, ...] = ()
        for feature in plan.features:
            slot = feature.slot
            was = values[slot]
            value, due = feature.look(state, now, frame)
            if due < NEVER:
                dues[slot] = due
            elif slot in dues:
                del dues[slot]
            if was != value:
                values[slot] = value
                concerned += feature.concerned(was, value)
        return self._index.merged(plan.rules, concerned) if concerned else plan.rules

    def _ask(self, state: MemberState, now: int, rules: tuple[Asked, ...]) -> list[tuple[Rule, int]]:
        """Those of these rules whose tags enter or leave, each with when to ask again."""
        frame, on, work = self._frame, state.on, state.work
        late = work.changed & changes.LATE
        flips: list[tuple[Rule, int]] = []
        taken: list[str] = []
        for asked in rules:
            since = on.get(asked.tag)
            due = NEVER
            if since is not None and asked.remembers:
                want, due = stays(asked.terms, state, now, frame, since, bool(late) and asked.resets)
            elif asked.slot is None:
                want = asked.holds(state, frame)
            else:
                want, due = (enters if asked.live else asks)(asked.terms, state, now, frame)
            if want and asked.family is not None:
                want = asked.family not in taken
                taken.append(asked.family)
            if want is (since is None):
                if asked.slot is not None:
                    due = next_change(asked, asked.terms, state, now, frame, want)
                flips.append((asked.rule, next_change(asked, asked.exact, state, now, frame, want)))
            if asked.slot is not None:
                if due < NEVER:
                    work.dues[asked.slot] = due
                else:
                    work.dues.pop(asked.slot, None)
        return flips

    def _enter(self, state: MemberState, now: int, rule: Rule, due: int, occasion: Occasion) -> Change | None:
        state.on[rule.tag] = now
        if says(state.manual, rule.tag):
            return None
        evidence: dict[str, Value] = {}
        rule.enter.tell(state, now, self._frame, evidence)
        return self._change(state, rule.tag, "entered", now, occasion, evidence, due)

    def _leave(self, state: MemberState, now: int, rule: Rule, due: int, occasion: Occasion) -> Change | None:
        left(rule, state, now, state.on.pop(rule.tag), self._frame)
        if says(state.manual, rule.tag):
            return None
        evidence: dict[str, Value] = {}
        by = rule.leave
        if by is None or not by.look(state, now, self._frame)[0]:
            by = rule.enter
        by.tell(state, now, self._frame, evidence)
        return self._change(state, rule.tag, "left", now, occasion, evidence, due)

    def _by_hand(self, state: MemberState, at: int, occasion: Occasion) -> list[Change]:
        """Tags that a person, or a view of the store, set or cleared; a rule neither ends nor needs such a tag (T07)."""
        word = occasion.event
        by_hand = Occasion("manual", word, occasion.row)
        sides: dict[str, Side] = {
            tag: "entered" if says(state.manual, tag) else "left"
            for tag in state.work.manual
            if tag not in state.on
        }
        state.work.manual.clear()
        return [
            self._change(state, tag, side, at, by_hand, evidence_of(word, tag), NEVER)
            for tag, side in sides.items()
        ]

    def _retire(self, state: MemberState, at: int, occasion: Occasion) -> list[Change]:
        """Tags of rules that are no more."""
        gone = [tag for tag in sorted(state.on) if tag not in self._index.judged]
        for tag in gone:
            del state.on[tag]
            state.waits.pop(tag, None)
        retired = [tag for tag in gone if not says(state.manual, tag)]
        return [self._change(state, tag, "left", at, occasion, {}, NEVER) for tag in retired]

    def _change(
        self,
        state: MemberState,
        tag: str,
        change: Side,
        at: int,
        occasion: Occasion,
        evidence: dict[str, Value],
        due: int,
    ) -> Change:
        name = self._index.names.get(tag)
        event, row = occasion.event, occasion.row
        if occasion.rules is not None:
            evidence["rules"] = "v{} -> v{}".format(*occasion.rules)
        return Change(
            1,
            state.brand_id,
            state.member_id,
            tag,
            tag if name is None else name.zh,
            tag if name is None else name.en,
            change,
            at,
            occasion.cause,
            self.version,
            None if row is None else source_name(row.source, row.offset),
            None if event is None else event.event_id,
            evidence,
            None if due >= NEVER else due,
        )
