"""The rules in use, for the HTTP API: what features are called, and what is missing for a member's next tags."""

import asyncio
from collections.abc import Sequence
from typing import Final

from models.calendar import Calendar
from models.members import Members
from models.params import MemberParams
from models.rules import RuleSet
from models.rules.ahead import Ahead
from models.state import MemberState
from schemas.view import read_event
from sinks.base import Engine
from sinks.errors import SinkError
from sinks.http.rulebook import Names
from sinks.http.store import Row, StoreUnavailable
from streams.history import Page, of_member

EVENTS: Final = 20_000
"""A member with more events is not told what is missing: reading them would take longer than a person waits."""

ASIDE: Final = 16
"""Events of one member at which a model may fail before nothing is told: each begins the reading anew."""


class InUse:
    """Answers from the rules activated last, by reading the member's events again."""

    def __init__(self, engine: Engine, params: MemberParams, rules: RuleSet, calendar: Calendar) -> None:
        """`rules` are in use until others are activated."""
        self._engine = engine
        self._params = params
        self._calendar = calendar
        self.use(rules)

    def use(self, rules: RuleSet) -> None:
        """Answer from these rules from now on."""
        self._members = Members(self._params, rules, self._calendar)
        self._names = {
            feature.id: (feature.zh, feature.en) for rule in rules.rules for feature in rule.features
        } | {id_: (name.zh, name.en) for one in rules.views for id_, name in one.names.items()}

    def names(self) -> Names:
        return self._names

    async def ahead(self, brand_id: str, member_id: str, held: Sequence[str], at: int) -> list[Row] | None:
        try:
            page = await asyncio.to_thread(of_member, self._engine, brand_id, member_id, EVENTS)
        except SinkError as error:
            raise StoreUnavailable(str(error)) from error
        if page is None:
            return None
        return await asyncio.to_thread(missing, self._members, page, (brand_id, member_id), held, at)


def missing(
    members: Members, page: Page, who: tuple[str, str], held: Sequence[str], at: int
) -> list[Row] | None:
    """What is missing for the tags that are not held, as of `at` (ms), from a member's events.

    Which tags are held is taken as given, since a rule with two thresholds remembers more than the events tell. An event at
    which a model fails is left aside, as the workers do; none is told if these are more than `ASIDE`.
    """
    state = _folded(members, [row for row in page if row.ts <= at], who)
    if state is None:
        return None
    state.on.update(dict.fromkeys(held, 0))
    members.judge(state, at, "timer")
    return [_row(one) for one in members.ahead(state, at) if one.tag not in held]


def _folded(members: Members, page: Page, who: tuple[str, str]) -> MemberState | None:
    """The state that events come to; begun anew without one that failed, since it may be half applied."""
    for _ in range(ASIDE + 1):
        state = members.initial(*who)
        failed: int | None = None
        for place, row in enumerate(page):
            try:
                members.fold(state, read_event(row.raw, row.ts), row.source, row.offset)
            except Exception:  # noqa: BLE001 - whatever a model raises is a bug that the worker has told as a dead letter
                failed = place
                break
        if failed is None:
            return state
        page = page[:failed] + page[failed + 1 :]
    return None


def _row(one: Ahead) -> Row:
    return {
        "tag": one.tag,
        "name_zh": one.name.zh,
        "name_en": one.name.en,
        "missing": [
            {
                "feature": part.feature,
                "name_zh": part.name.zh,
                "name_en": part.name.en,
                "value": part.value,
                "wanted": part.wanted,
                "threshold": part.threshold,
                "at": part.at,
            }
            for part in one.missing
        ],
    }
