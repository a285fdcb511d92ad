"""Ledgers 3 and 4: the set of facts, and the final state, field by field, against the reference model."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.faults.books import Books, Entry, Identity
from tests.faults.verdict import Difference, Verdict


@dataclass(frozen=True)
class Kind:
    """How facts of a topic are compared. `every` facts count, or only the one with the highest version of an identity."""

    topic: str
    table: str
    identity: tuple[str, ...]
    every: bool
    left_out: frozenset[str]
    who: str
    on_topic: tuple[str, ...] = ()
    """What tells one fact of an identity from the next, on the topic."""


LOCAL = frozenset({"schema_version"})
FLUSHED = LOCAL | {"version", "as_of"}
"""A window's version and time depend on which flush told it."""

KINDS = (
    Kind("tag-changes", "tag_changes", ("brand_id", "member_id", "tag", "at", "change"), True, LOCAL, "member_id"),
    Kind("member-profiles", "member_profiles", ("brand_id", "member_id"), False, LOCAL, "member_id"),
    Kind("group-stats", "group_stats", ("brand_id", "group_id", "window_start", "window_seconds", "part"), False,
         FLUSHED, "group_id"),
    Kind("alerts", "alerts", ("brand_id", "alert_id"), False, LOCAL, "group_id", ("version",)),
)  # fmt: skip


def compare(books: Books, verdict: Verdict) -> None:
    """All kinds of facts, on the topics and in the store."""
    for kind in KINDS:
        told = [record["value"] for record in books.topic(kind.topic)]
        said = books.said(kind.topic)
        distinct = kind.identity + kind.on_topic
        if kind.every or kind.on_topic:
            truth = _index(kind, said, distinct, _last)
            verdict.add(
                kind.topic,
                len(truth),
                _different(kind.topic, kind, truth, _index(kind, told, distinct, _last)),
            )
            verdict.add(kind.topic, 0, _contradictions(kind, told, distinct))
            verdict.notes[f"{kind.topic} told again"] = len(told) - len(_index(kind, told, distinct, _last))
        truth = _index(kind, said, kind.identity, _highest)
        if not kind.every:
            held = _index(kind, told, kind.identity, _highest)
            verdict.add(f"{kind.topic}, the last", len(truth), _different(kind.topic, kind, truth, held))
        if books.stored:
            held = _index(kind, books.table(kind.table), kind.identity, _highest)
            verdict.add(kind.table, len(truth), _different(kind.table, kind, truth, held))
            verdict.add(kind.table, 0, _twice(kind, books.table(kind.table)))


def _identity(fact: Entry, names: Iterable[str]) -> Identity:
    return tuple(fact[name] for name in names)


def _last(_: Entry, __: Entry) -> bool:
    return True


def _highest(new: Entry, known: Entry) -> bool:
    return bool(new.get("version", 0) >= known.get("version", 0))


def _index(
    kind: Kind, facts: Iterable[Entry], names: tuple[str, ...], wins: Callable[[Entry, Entry], bool]
) -> dict[Identity, Entry]:
    found: dict[Identity, Entry] = {}
    for fact in facts:
        known = found.get(_identity(fact, names))
        if known is None or wins(fact, known):
            found[_identity(fact, names)] = fact
    return found


def plain(fact: Entry, left_out: frozenset[str]) -> Entry:
    """A fact as topic and table have it in common: evidence as an object, nothing for what is not there."""
    found = {name: value for name, value in fact.items() if name not in left_out}
    if isinstance(found.get("evidence"), str):
        found["evidence"] = json.loads(found["evidence"])
    return {name: value for name, value in found.items() if value not in (None, "")}


def _different(
    where: str, kind: Kind, truth: dict[Identity, Entry], held: dict[Identity, Entry]
) -> list[Difference]:
    found = []
    for identity, fact in truth.items():
        about = tuple(str(part) for part in identity)
        if identity not in held:
            found.append(
                Difference("lost", where, f"{identity} must be there and is not: {_short(fact)}", about)
            )
            continue
        want, have = plain(fact, kind.left_out), plain(held[identity], kind.left_out)
        for name in sorted(want.keys() | have.keys()):
            if want.get(name) != have.get(name):
                text = f"{identity}: {name} must be {want.get(name)!r} and is {have.get(name)!r}"
                found.append(Difference("wrong", where, text, about))
    for identity in held.keys() - truth.keys():
        about = tuple(str(part) for part in identity)
        text = f"{identity} is there and must not be: {_short(held[identity])}"
        found.append(Difference("doubled", where, text, about))
    return found


def _contradictions(kind: Kind, told: list[Entry], names: tuple[str, ...]) -> list[Difference]:
    """A fact may be told again, but never with other words."""
    first: dict[Identity, Entry] = {}
    found = []
    for fact in told:
        identity = _identity(fact, names)
        # a late event may move a tag back and forth at one instant: those are two facts with one identity
        known = first.setdefault((*identity, fact.get("source")), fact)
        if plain(known, kind.left_out) != plain(fact, kind.left_out):
            text = f"{identity} was told twice with different words"
            found.append(Difference("wrong", kind.topic, text, tuple(map(str, identity))))
    return found


def _twice(kind: Kind, rows: list[Entry]) -> list[Difference]:
    seen: set[Identity] = set()
    found = []
    for row in rows:
        identity = _identity(row, kind.identity)
        if identity in seen:
            text = f"{identity} is there twice under FINAL"
            found.append(Difference("doubled", kind.table, text, tuple(map(str, identity))))
        seen.add(identity)
    return found


def _short(fact: Entry) -> str:
    return json.dumps(fact, ensure_ascii=False)[:300]
