"""Alerts about a member: one for each stay in a tag whose rule declares ``alert``. It opens when the tag enters, may be told
again while it lasts, by the events that the rule names, and closes when the tag leaves.

An alert's identity is a function of the tag change that opened it, so a repeat after a crash is the same alert. A change of
the rules opens none: one activation may move every member at once, and nothing has happened to them.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final, Literal

from msgspec.structs import replace

from models.rules.rule import Alerting, Name
from models.state import MemberState, OpenAlert
from schemas.facts import Alert
from schemas.view import Event
from schemas.written import Change

KIND: Final = "member_tag"

MOST_PLACES: Final = 10
"""Groups, and members of staff, that one alert names."""

What = Literal["opened", "updated", "closed"]


def alerts(
    state: MemberState, told: Sequence[Change], declared: Mapping[str, Alerting], event: Event | None
) -> list[Alert]:
    """What tag changes, in their order, open and close; ``event`` is the one that was folded, if one was."""
    found: list[Alert] = []
    if event is not None and state.alerts:
        found += _again(state, declared, event)
    for change in told:
        tag, evidence = change.tag, dict(change.evidence)
        if change.change == "left":
            opened = state.alerts.pop(tag, None)
            if opened is not None:
                found.append(_alert(state, tag, _next(opened), "closed", change.at, evidence))
        elif tag in declared and tag not in state.alerts and change.cause != "rule":
            opened = state.alerts[tag] = _open(change, declared[tag], event)
            found.append(_alert(state, tag, opened, "opened", change.at, evidence))
    return found


def close_all(state: MemberState) -> list[Alert]:
    """Close what is open of a member who is to be forgotten; it says nothing but that it is over."""
    open_ = dict(sorted(state.alerts.items()))
    state.alerts.clear()
    return [_alert(state, tag, _next(opened), "closed", state.judged_at, {}) for tag, opened in open_.items()]


def _again(state: MemberState, declared: Mapping[str, Alerting], event: Event) -> list[Alert]:
    """Alerts that were open before the event and that its type tells again."""
    found: list[Alert] = []
    for tag, opened in list(state.alerts.items()):
        if tag in declared and event.type in declared[tag].again:
            opened = state.alerts[tag] = _seen_in(_next(opened), event)  # noqa: PLW2901
            found.append(_alert(state, tag, opened, "updated", max(opened.at, event.at), {}))
    return found


def _open(change: Change, alert: Alerting, event: Event | None) -> OpenAlert:
    words = alert.words or Name(change.name_zh, change.name_en)
    opened = OpenAlert(
        at=change.at,
        event_id=change.event_id or "",
        severity=alert.severity,
        zh=words.zh,
        en=words.en,
        version=1,
        groups=(),
        staff=(),
    )
    tipped = event is not None and event.event_id == change.event_id
    return _seen_in(opened, event) if tipped and event is not None else opened


def _next(opened: OpenAlert) -> OpenAlert:
    return replace(opened, version=opened.version + 1)


def _seen_in(opened: OpenAlert, event: Event) -> OpenAlert:
    return replace(
        opened,
        groups=_with(opened.groups, event.group_id),
        staff=_with(opened.staff, event.staff_id),
    )


def _with(known: tuple[str, ...], one: str | None) -> tuple[str, ...]:
    return (*known, one)[:MOST_PLACES] if one and one not in known else known


def _alert(
    state: MemberState, tag: str, opened: OpenAlert, what: What, at: int, evidence: dict[str, Any]
) -> Alert:
    where = {"event_id": opened.event_id, "groups": [*opened.groups], "staff": [*opened.staff]}
    return Alert.model_construct(
        schema_version=1,
        alert_id=_id(state, tag, opened),
        brand_id=state.brand_id,
        group_id="",
        kind=KIND,
        state=what,
        version=opened.version,
        severity=opened.severity,
        opened_at=opened.at,
        closed_at=at if what == "closed" else None,
        as_of=at,
        window_seconds=max(1, (at - opened.at) // 1000),
        observed=1,
        expected=0.0,
        p_value=1.0,
        members=1,
        evidence=evidence | {name: value for name, value in where.items() if value},
        text_zh=_chinese(state.member_id, opened, what),
        text_en=_english(state.member_id, opened, what),
        member_id=state.member_id,
        tag=tag,
    )


def _id(state: MemberState, tag: str, opened: OpenAlert) -> str:
    """Of the change that opened it; two events of one ms at each of which the tag entered are two."""
    whole = "\0".join((state.brand_id, state.member_id, KIND, tag, str(opened.at), opened.event_id))
    return blake2b(whole.encode(), digest_size=16).hexdigest()


def _chinese(member_id: str, opened: OpenAlert, what: What) -> str:
    where = [f"群 {one}" for one in opened.groups] + [f"员工 {one}" for one in opened.staff]
    place = f"({','.join(where)})" if where else ""
    word = {"opened": "", "updated": ",再次发生", "closed": ",已结束"}[what]
    return f"成员 {member_id}{place}:{opened.zh}{word}。"


def _english(member_id: str, opened: OpenAlert, what: What) -> str:
    where = [f"group {one}" for one in opened.groups] + [f"staff {one}" for one in opened.staff]
    place = f" ({', '.join(where)})" if where else ""
    word = {"opened": "", "updated": "; again", "closed": "; over"}[what]
    return f"Member {member_id}{place}: {opened.en}{word}."
