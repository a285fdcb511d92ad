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
from models.rules.index import Plan, RuleIndex
from models.rules.rule import Rule, RuleSet
from models.state import MemberState, initial
from models.work import Value, Work
from schemas.facts import TagChange
from schemas.view import Event

Cause = Literal["event", "timer", "rule", "manual"]


class Occasion(msgspec.Struct, frozen=True, gc=False):
    """What made us look."""

    cause: Cause
    event: Event | None = None
    source: str | None = None


class Judge:
    """Decides by one set of rules."""

    def __init__(self, rules: RuleSet, frame: Frame) -> None:
        self._index = RuleIndex(rules)
        self._frame = frame
        self.version = rules.version
        self._firsts: dict[int, Plan] = {}
        blank = initial("", "", rules.version)
        self._blank = blank.work
        self._refresh(blank, 0, self._index.everything)
        self._holding = [n for n in self._index.everything.rules if self._ask(blank, 0, (n,))]
        """Rules that hold of one of whom nothing is known."""

    def judge(self, state: MemberState, at: int, occasion: Occasion) -> list[TagChange]:
        """Decide at ``at`` what may have changed since the last time; brings tags, due time and revision up to date."""
        work = state.work
        at = max(at, state.judged_at)
        found = self._by_hand(state, at, occasion) if work.manual else []
        changed = work.changed
        if work.memo:
            plan = self._index.reading(changed & changes.EVERYTHING)
            if state.due is not None and state.due <= at:
                plan = self._index.due(work.dues, at, plan)
        elif work.fresh and changed & changes.FIRST and state.rules == self.version:
            plan = self._first(work, changed & changes.EVERYTHING)
        else:
            plan = self._index.everything
            if state.rules != self.version:
                occasion = Occasion("rule")
                state.rules = self.version
            found += self._retire(state, at)
        if plan.features or plan.rules:
            found += self._decide(state, at, plan, occasion)
            state.due = min(work.dues.values(), default=None)
        work.changed = 0
        state.judged_at = at
        if found or occasion.cause == "timer":
            state.revision += 1
        return found

    def _first(self, work: Work, changed: int) -> Plan:
        """A first look that begins with what holds of one of whom nothing is known.

        That is the same at any time but for what reads the first event, which is looked at anew.
        """
        work.memo = self._blank.memo.copy()
        work.dues = self._blank.dues.copy()
        plan = self._firsts.get(changed)
        if plan is None:
            features, rules = self._index.reading(changed)
            plan = self._firsts[changed] = Plan(features, self._index.whole((*rules, *self._holding)))
        return plan

    def _decide(self, state: MemberState, now: int, plan: Plan, occasion: Occasion) -> list[TagChange]:
        """Look at what was picked; changes in the order of the file, those that leave first."""
        numbers = self._refresh(state, now, plan)
        if not numbers:
            return []
        flips = self._ask(state, now, numbers)
        if not flips:
            return []
        sides = [(rule, due, rule.tag in state.on) for rule, due in flips]
        told = [self._leave(state, now, rule, due, occasion) for rule, due, held in sides if held]
        told += [self._enter(state, now, rule, due, occasion) for rule, due, held in sides if not held]
        return [one for one in told if one is not None]

    def _refresh(self, state: MemberState, now: int, plan: Plan) -> tuple[int, ...]:
        """Look up the features of a plan; its rules, and those that a value which passed a threshold concerns."""
        memo, dues, frame = state.work.memo, state.work.dues, self._frame
        concerned: tuple[int, ...] = ()
        for feature in plan.features:
            name = feature.id
            was = memo.get(name)
            found = memo[name] = feature.look(state, now, frame)
            if was == found:
                continue
            value, until = found
            if until < NEVER:
                dues[name] = until
            elif was is not None and was[1] < NEVER:
                del dues[name]
            if was is not None and was[0] != value:
                concerned += feature.concerned(was[0], value)
        return tuple(sorted({*plan.rules, *concerned})) if concerned else plan.rules

    def _ask(self, state: MemberState, now: int, numbers: tuple[int, ...]) -> list[tuple[Rule, int]]:
        """Those of these rules whose tags enter or leave, each with when to ask again."""
        index, frame, on, dues = self._index, self._frame, state.on, state.work.dues
        late = bool(state.work.changed & changes.LATE)
        flips: list[tuple[Rule, int]] = []
        taken: set[str] = set()
        for number in numbers:
            rule = index.rules[number]
            since = on.get(rule.tag)
            if since is None:
                want, due = rule.enter.look(state, now, frame)
            else:
                want, due = _stays(rule, state, now, frame, since, late and index.resets[number])
            if want and rule.family is not None:
                want = rule.family not in taken
                taken.add(rule.family)
            if want is (since is None):
                if want and (rule.leave is not None or rule.stay):
                    due = _stays(rule, state, now, frame, now, False)[1]
                elif rule.leave is not None or rule.stay:
                    due = rule.enter.look(state, now, frame)[1]
                flips.append((rule, due))
            if number in index.timed:
                if due < NEVER:
                    dues[number] = due
                else:
                    dues.pop(number, None)
        return flips

    def _enter(
        self, state: MemberState, now: int, rule: Rule, due: int, occasion: Occasion
    ) -> TagChange | None:
        state.on[rule.tag] = now
        if _by_hand(state, rule.tag):
            return None
        evidence: dict[str, Value] = {}
        rule.enter.tell(state, now, self._frame, evidence)
        return self._change(state, rule.tag, "entered", now, occasion, evidence, due)

    def _leave(
        self, state: MemberState, now: int, rule: Rule, due: int, occasion: Occasion
    ) -> TagChange | None:
        del state.on[rule.tag]
        if _by_hand(state, rule.tag):
            return None
        evidence: dict[str, Value] = {}
        by = rule.leave
        if by is None or not by.look(state, now, self._frame)[0]:
            by = rule.enter
        by.tell(state, now, self._frame, evidence)
        return self._change(state, rule.tag, "left", now, occasion, evidence, due)

    def _by_hand(self, state: MemberState, at: int, occasion: Occasion) -> list[TagChange]:
        """Tags that a person set or cleared; a rule neither ends nor needs such a tag (T07)."""
        by_hand = Occasion("manual", occasion.event, occasion.source)
        touched = [tag for tag in state.work.manual if tag not in state.on]
        state.work.manual.clear()
        return [
            self._change(state, tag, "entered" if _by_hand(state, tag) else "left", at, by_hand, {}, NEVER)
            for tag in touched
        ]

    def _retire(self, state: MemberState, at: int) -> list[TagChange]:
        """Tags of rules that are no more."""
        gone = [tag for tag in sorted(state.on) if tag not in self._index.names]
        for tag in gone:
            del state.on[tag]
        retired = [tag for tag in gone if not _by_hand(state, tag)]
        return [self._change(state, tag, "left", at, Occasion("rule"), {}, NEVER) for tag in retired]

    def _change(
        self,
        state: MemberState,
        tag: str,
        change: Literal["entered", "left"],
        at: int,
        occasion: Occasion,
        evidence: dict[str, Value],
        due: int,
    ) -> TagChange:
        name = self._index.names.get(tag)
        event = occasion.event
        return TagChange.model_construct(
            brand_id=state.brand_id,
            member_id=state.member_id,
            tag=tag,
            name_zh=tag if name is None else name.zh,
            name_en=tag if name is None else name.en,
            change=change,
            at=at,
            cause=occasion.cause,
            rule_version=self.version,
            source=occasion.source,
            event_id=None if event is None else event.event_id,
            evidence=evidence,
            next_at=None if due >= NEVER else due,
        )


def _stays(
    rule: Rule, state: MemberState, now: int, frame: Frame, since: int, forget: bool
) -> tuple[bool, int]:
    """Whether a tag held since ``since`` is to be held on, and when to ask again."""
    if rule.leave is None or forget:
        want, until = rule.enter.look(state, now, frame)
    else:
        leaves, until = rule.leave.look(state, now, frame)
        want = not leaves
        if leaves:
            want, again = rule.enter.look(state, now, frame)
            until = min(until, again)
    if not want and now < since + rule.stay:
        return True, min(until, since + rule.stay)
    return want, until


def _by_hand(state: MemberState, tag: str) -> bool:
    tie = state.manual.get(tag)
    return tie is not None and tie.holds
