"""A backtest told as JSON, or as text for a person."""

from collections.abc import Iterator
from typing import Any

from models.calendar import iso_date
from models.rules import RuleSet
from models.rules.difference import Difference, difference
from models.rules.sections import Section, section_differences
from schemas.written import Change
from streams.backtest import Backtest, Held, Side


def report(found: Backtest, examples: int) -> dict[str, Any]:
    """Everything that a backtest found; at most ``examples`` members a tag and side."""
    sides = found.running.rules, found.candidate.rules
    differences = difference(*sides)
    tags = [rule.tag for rule in found.candidate.rules.rules]
    tags += [one.tag for one in differences if one.kind == "removed"]
    return {
        "events": found.events,
        "members": found.members,
        "until_ms": found.until,
        "running": _side(found.running, found.events),
        "candidate": _side(found.candidate, found.events),
        "differences": differences_told(*sides),
        "not_tried": [one.tag for one in found.candidate.rules.views],
        "tags": [_tag(found, tag, examples) for tag in tags],
        "days": list(_days(found)),
    }


def differences_told(before: RuleSet, after: RuleSet) -> list[dict[str, Any]]:
    """What two rule files differ in: their sections, then tag by tag."""
    sections: list[tuple[dict[str, str], Section | Difference]] = [
        ({"section": one.name, "kind": "changed"}, one) for one in section_differences(before, after)
    ]
    tags = [({"tag": one.tag, "kind": one.kind}, one) for one in difference(before, after)]
    return [
        {**what, "decides": one.decides, "changes": [change._asdict() for change in one.changes]}
        for what, one in sections + tags
    ]


def _side(side: Side, events: int) -> dict[str, Any]:
    changes = side.changes()
    return {
        "version": side.rules.version,
        "rules": len(side.rules.rules),
        "changes": changes,
        "flaps": side.flaps.total(),
        "flap_rate": round(side.flaps.total() / changes, 4) if changes else 0.0,
        "microseconds_an_event": round(side.seconds / events * 1e6, 2) if events else 0.0,
    }


def _tag(found: Backtest, tag: str, examples: int) -> dict[str, Any]:
    running, candidate = _holders(found.running, tag), _holders(found.candidate, tag)
    gained, lost = sorted(candidate - running), sorted(running - candidate)
    return {
        "tag": tag,
        "held": len(candidate),
        "held_running": len(running),
        "gained": len(gained),
        "lost": len(lost),
        "changes": found.candidate.changes(tag),
        "changes_running": found.running.changes(tag),
        "flaps": found.candidate.flaps[tag],
        "flaps_running": found.running.flaps[tag],
        "examples": [
            *(_example("gained", found.candidate.held[who], who) for who in gained[:examples]),
            *(
                _example("lost", found.candidate.left.get(who) or found.running.held[who], who)
                for who in lost[:examples]
            ),
        ],
    }


def _holders(side: Side, tag: str) -> set[Held]:
    return {who for who in side.held if who[0] == tag}


def _example(kind: str, change: Change, who: Held) -> dict[str, Any]:
    """A member whom the versions tell apart, and what decided: of one lost, why it left or, if it never had it under
    the other version, why it has it under the rules in use."""
    return {
        "kind": kind,
        "brand_id": who[1][0],
        "member_id": who[1][1],
        "change": change.change,
        "at": change.at,
        "rule_version": change.rule_version,
        "evidence": change.evidence,
    }


def _days(found: Backtest) -> Iterator[dict[str, Any]]:
    """Every day of every tag that the two versions give to other members, or at other times."""
    sides = found.running, found.candidate
    keys = sorted({(day, tag) for side in sides for day, tag, _ in side.moved})
    differing = {tag for (day, tag) in keys if _moves(sides[0], day, tag) != _moves(sides[1], day, tag)}
    differing |= {tag for tag, _ in sides[0].held.keys() ^ sides[1].held.keys()}
    for day, tag in keys:
        if tag in differing:
            entered, left = _moves(found.candidate, day, tag)
            before = _moves(found.running, day, tag)
            yield {
                "day": iso_date(day),
                "tag": tag,
                "entered": entered,
                "left": left,
                "entered_running": before[0],
                "left_running": before[1],
            }


def _moves(side: Side, day: int, tag: str) -> tuple[int, int]:
    """How many entered and left a tag on a day."""
    return side.moved[day, tag, "entered"], side.moved[day, tag, "left"]


def as_text(content: dict[str, Any]) -> str:
    """A report for a person: what differs; what is the same in both is left out."""
    lines = [f"{content['events']} events of {content['members']} members"]
    for name in ("running", "candidate"):
        side = content[name]
        lines.append(
            f"{name:>9}: version {side['version']}, {side['rules']} tags, {side['changes']} changes, "
            f"flap rate {side['flap_rate']:.2%}, {side['microseconds_an_event']} µs an event"
        )
    lines += ["", *difference_lines(content["differences"])]
    if content["not_tried"]:
        lines += ["", f"not tried, since they ask views of the store: {', '.join(content['not_tried'])}"]
    differing = [one for one in content["tags"] if one["gained"] or one["lost"]]
    if differing:
        lines += ["", f"{'tag':<28}{'running':>9}{'candidate':>11}{'gained':>8}{'lost':>6}{'flaps':>7}"]
    for one in differing:
        lines.append(
            f"{one['tag']:<28}{one['held_running']:>9}{one['held']:>11}{one['gained']:>8}{one['lost']:>6}{one['flaps']:>7}"
        )
        for example in one["examples"]:
            values = ", ".join(f"{name} {value}" for name, value in example["evidence"].items())
            lines.append(f"    {example['kind']}: {example['brand_id']}/{example['member_id']}: {values}")
    if content["days"]:
        lines += ["", f"{'day':<12}{'tag':<28}{'entered':>9}{'left':>6}   running: entered, left"]
    for one in content["days"]:
        lines.append(
            f"{one['day']:<12}{one['tag']:<28}{one['entered']:>9}{one['left']:>6}"
            f"{one['entered_running']:>19}{one['left_running']:>6}"
        )
    return "\n".join(lines)


def difference_lines(differences: list[dict[str, Any]]) -> list[str]:
    """Differences of two rule files, a line a part."""
    if not differences:
        return ["the rules are the same"]
    lines: list[str] = []
    for one in differences:
        lines.append(f"{one['kind']}: {one['tag'] if 'tag' in one else 'section ' + one['section']}")
        lines += [
            f"    {change['part']}: {change['was'] or '-'}  ->  {change['now'] or '-'}"
            for change in one["changes"]
        ]
    return lines
