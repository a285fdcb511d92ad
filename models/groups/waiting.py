"""Questions, complaints and urging that no member of staff answers in time (G71, T84): one alert for a group, from the first that
is late until none is. A complaint in a one-to-one chat is its member's: `models.complaints`.

An answer is a message of staff that names the message (``reply_to``), or one that names none and mentions the member, no
earlier than what it answers; a bot's is none. Time counts in hours of service only. A case is given up after a day.
"""

from models.groups.cases import Case, Waiting
from models.groups.life import Alarm
from models.groups.params import MINUTE
from models.groups.state import GroupState
from models.groups.telling import Told, tell
from models.groups.terms import Terms
from models.groups.wording import Evidence
from models.service import COMPLAINT
from schemas.facts import Alert
from schemas.view import Event

KIND = "unanswered"

INTENTS = (COMPLAINT, "催单", "提问")
"""What asks for staff, the most urgent first."""

STAFF = frozenset({"staff", "admin"})
ASKING = frozenset({"customer", "kol"})

_KEPT = 128
"""Answers, and members mentioned, that are remembered."""


def hear(state: GroupState, event: Event, terms: Terms) -> list[Alert]:
    """Take in a message: a case begins, or some end."""
    if event.role in STAFF:
        return _answer(state, event, terms) if event.reply_to or event.mentions else []
    intent = next((one for one in INTENTS if one in event.intent), None) if event.intent else None
    if intent is not None and event.member_id is not None and event.role in ASKING:
        _ask(state, event, event.member_id, intent, terms)
    return []


def _ask(state: GroupState, event: Event, member: str, intent: str, terms: Terms) -> None:
    waiting, at, msg_id = state.waiting, event.at, event.msg_id or ""
    answered = max(waiting.answers.get(msg_id, 0) if msg_id else 0, waiting.named.get(member, 0))
    if answered >= at or at + terms.params.service.kept <= state.latest:
        return
    waiting.cases[event.event_id] = Case(
        at, member, msg_id, intent, terms.params.service.late_from(at, terms.calendar)
    )
    while len(waiting.cases) > terms.params.cases:
        del waiting.cases[next(iter(waiting.cases))]
    _set_due(waiting, terms)


def _answer(state: GroupState, event: Event, terms: Terms) -> list[Alert]:
    waiting, at = state.waiting, event.at
    if event.reply_to is not None:
        _note(waiting.answers, event.reply_to, at)
    else:
        for member in event.mentions or ():
            _note(waiting.named, member, at)
    over = [
        name
        for name, case in waiting.cases.items()
        if case.at <= at
        and (
            case.msg_id == event.reply_to
            if event.reply_to is not None
            else case.member in (event.mentions or ())
        )
    ]
    for name in over:
        del waiting.cases[name]
    return _follow(state, at, terms) if over else []


def _note(known: dict[str, int], name: str, at: int) -> None:
    known[name] = max(at, known.pop(name, 0))
    if len(known) > _KEPT:
        del known[next(iter(known))]


def fire(state: GroupState, due: int, terms: Terms) -> list[Alert]:
    """The timer at ``due`` (ms): cases have waited too long, or are given up."""
    cases = state.waiting.cases
    urgent = False
    for name, case in list(cases.items()):
        if case.at + terms.params.service.kept <= due:
            del cases[name]
        elif not case.late and case.due <= due:
            case.late = True
            urgent = urgent or case.intent == COMPLAINT
    return _follow(state, due, terms, urgent)


def _follow(state: GroupState, at: int, terms: Terms, urgent: bool = False) -> list[Alert]:
    """Open, update or close by what is late; ``urgent``: a complaint has just become so, of which each is told."""
    waiting = state.waiting
    late = [case for case in waiting.cases.values() if case.late]
    alarm, told = waiting.alarm, []
    severity = "warning" if any(case.intent == COMPLAINT for case in late) else "info"
    if not late and alarm is not None:
        alarm.version += 1
        waiting.alarm = None
        told = [_tell(state, alarm, "closed", max(at, alarm.opened_at), late, terms)]
    elif late and alarm is None:
        waiting.opened_at = max(at, waiting.opened_at + 1)
        waiting.alarm = alarm = Alarm(waiting.opened_at, severity, len(late))
        told = [_tell(state, alarm, "opened", alarm.opened_at, late, terms)]
    elif alarm is not None and (urgent or len(late) >= 2 * alarm.reported):
        alarm.version += 1
        alarm.reported = len(late)
        alarm.severity = "warning" if "warning" in (severity, alarm.severity) else "info"
        told = [_tell(state, alarm, "updated", max(at, alarm.opened_at), late, terms)]
    _set_due(waiting, terms)
    return told


def _set_due(waiting: Waiting, terms: Terms) -> None:
    kept = terms.params.service.kept
    times = (
        case.at + kept if case.late else min(case.due, case.at + kept) for case in waiting.cases.values()
    )
    waiting.due = min(times, default=None)


def _tell(state: GroupState, alarm: Alarm, what: str, at: int, late: list[Case], terms: Terms) -> Alert:
    minutes = terms.params.service.answer_within // MINUTE
    complaints = sum(case.intent == COMPLAINT for case in late)
    evidence: Evidence = {
        "complaints": complaints,
        "urging": sum(case.intent == INTENTS[1] for case in late),
        "questions": sum(case.intent == INTENTS[2] for case in late),
        "asked_by": [*list(dict.fromkeys(case.member for case in late))[: terms.params.listed]],
        "since": min((case.at for case in late), default=None),
    }
    text_zh = (
        f"群 {state.group_id} 有 {len(late)} 条提问或客诉超过 {minutes} 分钟未回复,其中客诉 {complaints} 条。"
    )
    text_en = (
        f"Group {state.group_id}: {len(late)} questions wait for staff for more than {minutes} min, "
        f"{complaints} of them complaints."
    )
    if what == "closed":
        text_zh = f"群 {state.group_id} 不再有未回复的提问或客诉。"
        text_en = f"Group {state.group_id}: no question waits for staff any more."
    told = Told(
        kind=KIND,
        what=what,
        at=at,
        window=terms.params.service.answer_within,
        observed=len(late),
        expected=0.0,
        p_value=1.0,
        members=state.size,
        text_zh=text_zh,
        text_en=text_en,
    )
    return tell(state, alarm, told, evidence)
