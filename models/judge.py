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
from models.lens import Lens
from models.rules.bundle import Bundle
from models.rules.index import Picks, RuleIndex
from models.rules.rule import Rule, RuleSet
from models.state import MemberState
from models.work import Value
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

    def judge(self, state: MemberState, at: int, occasion: Occasion) -> list[TagChange]:
        """Decide at ``at`` what may have changed since the last time; brings tags, due time and revision up to date."""
        work = state.work
        at = max(at, state.judged_at)
        found = self._by_hand(state, at, occasion) if work.manual else []
        dues, stale = work.dues, work.changed & changes.EVERYTHING
        if dues is None:
            dues = self._begin(state)
            picks = self._index.everything
            if state.rules != self.version:
                occasion = Occasion("rule")
                state.rules = self.version
            found += self._retire(state, at)
        else:
            picks = self._picks(state, dues, at, stale)
        if picks.features or picks.singles:
            found += self._decide(Lens(state, at, self._frame), dues, picks, occasion)
            first = min(dues, default=NEVER)
            state.due = None if first >= NEVER else first
        work.changed = 0
        state.judged_at = at
        if found or occasion.cause == "timer":
            state.revision += 1
        return found

    def _begin(self, state: MemberState) -> list[int]:
        """The first look since the state came into memory is at everything."""
        dues = state.work.dues = [NEVER] * len(self._index)
        state.work.memo.clear()
        state.due = None
        return dues

    def _picks(self, state: MemberState, dues: list[int], at: int, stale: int) -> Picks:
        """What may have changed: because of what it reads, or because it is due."""
        picks, names = self._index.reading(stale)
        for name in names:
            state.work.memo.pop(name, None)
        if state.due is None or state.due > at:
            return picks
        return self._index.due(dues, at, picks)

    def _decide(self, lens: Lens, dues: list[int], picks: Picks, occasion: Occasion) -> list[TagChange]:
        """Look at what was picked; changes in the order of the file."""
        bundles = self._refresh(lens, dues, picks.features)
        flips = self._singles(lens, dues, picks.singles) if picks.singles else []
        on, rules = lens.state.on, self._index.rules
        for bundle in bundles:
            wanted = bundle.wanted(lens)
            if not on:
                flips += [(number, rules[number].enter.look(lens)[1]) for number in wanted]
            else:
                for number, tag in bundle.tags:
                    if (tag in on) is not (number in wanted):
                        flips.append((number, rules[number].enter.look(lens)[1]))
        if not flips:
            return []
        flips.sort()
        sides = [(rules[number], due, rules[number].tag in on) for number, due in flips]
        changed = [self._leave(lens, rule, due, occasion) for rule, due, held in sides if held]
        changed += [self._enter(lens, rule, due, occasion) for rule, due, held in sides if not held]
        return [one for one in changed if one is not None]

    def _refresh(self, lens: Lens, dues: list[int], numbers: tuple[int, ...]) -> list[Bundle]:
        """Look up the followed features with these numbers; the bundles that one with another value concerns."""
        concerned: list[Bundle] = []
        index, memo, state, now, frame = self._index, lens.memo, lens.state, lens.now, self._frame
        followed, bundles = index.followed, index.bundles
        for number in numbers:
            feature = followed[number]
            name = feature.id
            was = memo.get(name)
            found = memo[name] = feature.look(state, now, frame)
            dues[number] = found[1]
            if was is None or was[0] != found[0]:
                bundle = bundles[number]
                if bundle is not None and bundle not in concerned:
                    concerned.append(bundle)
        return concerned

    def _singles(self, lens: Lens, dues: list[int], picks: tuple[int, ...]) -> list[tuple[int, int]]:
        """Numbers of the rules, of these single ones, whose tags enter or leave, and when to ask again."""
        index, on = self._index, lens.state.on
        split = len(index.followed)
        forget = bool(lens.state.work.changed & changes.LATE)
        flips: list[tuple[int, int]] = []
        taken: set[str] = set()
        for at in picks:
            number = index.singles[at]
            rule = index.rules[number]
            since = on.get(rule.tag)
            want, due = _ask(rule, lens, since, forget and index.resets[number])
            if want and rule.family is not None:
                want = rule.family not in taken
                taken.add(rule.family)
            if want is (since is None):
                if rule.leave is not None or rule.stay:
                    due = _ask(rule, lens, lens.now if want else None, False)[1]
                flips.append((number, due))
            dues[split + at] = due
        return flips

    def _enter(self, lens: Lens, rule: Rule, due: int, occasion: Occasion) -> TagChange | None:
        state = lens.state
        state.on[rule.tag] = lens.now
        if _by_hand(state, rule.tag):
            return None
        evidence: dict[str, Value] = {}
        rule.enter.tell(lens, evidence)
        return self._change(state, rule.tag, "entered", lens.now, occasion, evidence, due)

    def _leave(self, lens: Lens, rule: Rule, due: int, occasion: Occasion) -> TagChange | None:
        state = lens.state
        del state.on[rule.tag]
        if _by_hand(state, rule.tag):
            return None
        evidence: dict[str, Value] = {}
        leaves = rule.leave is not None and rule.leave.look(lens)[0]
        (rule.leave if leaves and rule.leave is not None else rule.enter).tell(lens, evidence)
        return self._change(state, rule.tag, "left", lens.now, occasion, evidence, due)

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


def _ask(rule: Rule, lens: Lens, since: int | None, forget: bool) -> tuple[bool, int]:
    """Whether a tag held since ``since`` (none: not held) is to be held, and when to ask again."""
    if since is None:
        return rule.enter.look(lens)
    if rule.leave is None or forget:
        want, until = rule.enter.look(lens)
    else:
        leaves, until = rule.leave.look(lens)
        want = not leaves
        if leaves:
            want, again = rule.enter.look(lens)
            until = min(until, again)
    if not want and lens.now < since + rule.stay:
        return True, min(until, since + rule.stay)
    return want, until


def _by_hand(state: MemberState, tag: str) -> bool:
    tie = state.manual.get(tag)
    return tie is not None and tie.holds
