"""Turning stored changes of tags into an explanation, and an explanation into a sentence."""

from datetime import datetime
from typing import Any, Final, Literal

from sinks.http.answers import Change, utc
from sinks.http.rulebook import NO_NAMES, Names
from sinks.http.store import Row

Lang = Literal["zh", "en"]

COMPARISONS: Final[dict[Lang, dict[str, str]]] = {
    "zh": {
        "at_least": "不低于",
        "above": "高于",
        "at_most": "不高于",
        "below": "低于",
        "is": "应为",
        "in": "属于",
        "within_days": "不早于多少天前：",
    },
    "en": {
        "at_least": "at least",
        "above": "above",
        "at_most": "at most",
        "below": "below",
        "is": "is",
        "in": "in",
        "within_days": "within days:",
    },
}
"""Words for the comparisons that a rule makes."""

CAUSES: Final[dict[Lang, dict[str, str]]] = {
    "zh": {"event": "事件", "timer": "时间推移", "rule": "规则变更", "manual": "人工或视图设置"},
    "en": {
        "event": "an event",
        "timer": "the passing of time",
        "rule": "a changed rule",
        "manual": "a person or a view",
    },
}
"""Words for what tips a tag."""


def change(row: Row, lang: Lang | None, names: Names = NO_NAMES) -> Change:
    """A row of ``tag_changes`` as the API tells it; ``names`` are those of features."""
    told = Change(
        tag=row["tag"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        since=utc(row["at"]),
        cause=row["cause"],
        rule_version=str(row["rule_version"]),
        source=row["source"] or None,
        event_id=row["event_id"] or None,
        evidence=row["evidence"],
        next_at=utc(row["next_at"]),
    )
    told.sentence = None if lang is None else sentence(told, row["change"], lang, names)
    return told


def sentence(told: Change, kind: str, lang: Lang, names: Names = NO_NAMES) -> str:
    """The change in words; times are in UTC and say so."""
    known = findings(told.evidence, lang, names)
    if lang == "zh":
        verb = "起成立" if kind == "entered" else "时移除"
        by = (
            f"由事件 {told.event_id} 触发"
            if told.event_id
            else f"起因：{CAUSES[lang].get(told.cause, told.cause)}"
        )
        why = f"依据：{'；'.join(known)}。" if known else ""
        then = f"若无新事件，将于 {moment(told.next_at)} 再次变化。" if told.next_at else ""
        name = told.name_zh or told.tag
        return f"「{name}」自 {moment(told.since)} {verb}，{by}（规则版本 {told.rule_version}）。{why}{then}"
    verb = "has held since" if kind == "entered" else "was left at"
    by = (
        f"tipped by event {told.event_id}"
        if told.event_id
        else f"tipped by {CAUSES[lang].get(told.cause, told.cause)}"
    )
    why = f" Because {'; '.join(known)}." if known else ""
    then = f" With no further event it changes at {moment(told.next_at)}." if told.next_at else ""
    name = told.name_en or told.tag
    return f"“{name}” {verb} {moment(told.since)}, {by} (rules {told.rule_version}).{why}{then}"


def moment(at: datetime) -> str:
    """A time for reading, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def findings(evidence: dict[str, Any], lang: Lang, names: Names = NO_NAMES) -> list[str]:
    """Each value of an evidence with its thresholds, such as ``score = 12.5 (at least 10)``.

    A value stands under the id of its feature; a threshold under that id, a space and the comparison. A feature without
    a name, such as one of former rules, is called by its id.
    """
    thresholds: dict[str, list[str]] = {}
    for name, value in evidence.items():
        feature, space, comparison = name.partition(" ")
        limits = thresholds.setdefault(feature, [])
        if space:
            limits.append(f"{COMPARISONS[lang].get(comparison, comparison)} {text(value, lang)}")
    return [
        f"{named(feature, lang, names)} = {text(evidence.get(feature), lang)}"
        + (f" ({', '.join(limits)})" if limits else "")
        for feature, limits in thresholds.items()
    ]


def named(feature: str, lang: Lang, names: Names) -> str:
    """A feature for reading."""
    zh, en = names.get(feature, (feature, feature))
    return zh if lang == "zh" else en


def text(value: Any, lang: Lang) -> str:
    """A value for reading."""
    if value is None:
        return "未知" if lang == "zh" else "unknown"
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)
