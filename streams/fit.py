"""Fitting P(alive)'s population to stored history: the days of each member's acts, from files or from the store."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Literal

from models.calendar import Calendar, iso_date
from models.fitting import Fit, History, Model, fit
from models.params import OWN_ROLES, MemberParams
from schemas.errors import ContractError
from schemas.events import parse_event
from schemas.view import read_event
from sinks.base import Engine
from streams.population import Population
from streams.replay import read_lines

Acts = Literal["activity", "orders"]
"""What counts as an act: any own act, as the feature `p_alive` sees it, or payments alone."""

DAYS_A_WEEK: Final = 7
"""P(alive) counts in weeks (`models.palive.Spread`)."""

Days = Mapping[tuple[str, str], set[int]]
"""Brand and member -> numbers of the local days with an act."""


def acts_of(acts: Acts) -> frozenset[str]:
    """Types of events that count."""
    return frozenset({"paid"}) if acts == "orders" else frozenset(MemberParams().acts)


def days_in_files(files: Iterable[Path], acts: Acts, calendar: Calendar, now: int) -> Days:
    """Days of acts in files of events; what is no valid event is passed over, as in a replay. ``now`` is ms."""
    types = acts_of(acts)
    days: dict[tuple[str, str], set[int]] = defaultdict(set)
    for raw in read_lines(files):
        try:
            event = read_event(raw, parse_event(raw, now).ts)
        except ContractError:
            continue
        if event.type in types and event.role in OWN_ROLES and event.member_id is not None:
            days[event.brand_id, event.member_id].add(calendar.day(event.at))
    return days


def days_in_store(engine: Engine, acts: Acts, zone: str) -> Days:
    """Days of acts in the table ``events``. Raises what `Engine.query` raises."""
    types, roles = (", ".join(f"'{word}'" for word in sorted(words)) for words in (acts_of(acts), OWN_ROLES))
    rows = engine.query(
        "SELECT brand_id, member_id, "
        "groupUniqArray(dateDiff('day', toDate('1970-01-01'), toDate(ts, {zone:String}))) AS days "
        f"FROM {engine.database}.events FINAL "
        f"WHERE type IN ({types}) AND role IN ({roles}) AND member_id != '' "
        "GROUP BY brand_id, member_id",
        {"zone": zone},
    )
    return {(row["brand_id"], row["member_id"]): set(row["days"]) for row in rows}


def histories(days: Days, until: int, brand_id: str | None = None) -> Iterator[History]:
    """What each member (of one brand, if given) had done by the day ``until``."""
    for (brand, _), of_one in days.items():
        seen = [day for day in of_one if day <= until]
        if seen and brand_id in (None, brand):
            first, last = min(seen), max(seen)
            yield History(len(seen) - 1, (last - first) / DAYS_A_WEEK, (until - first) / DAYS_A_WEEK)


def fit_days(days: Days, model: Model, until: int | None, brand_id: str | None) -> tuple[Fit, int]:
    """Fit to what was done by ``until``, or by the latest day of all; answers with that day too.

    Raises:
        models.fitting.NotFitted: nothing can be said from these days.
    """
    last = max((max(of_one) for of_one in days.values()), default=0) if until is None else until
    return fit(histories(days, last, brand_id), model), last


def population(found: Fit, acts: Acts, until: int, brand_id: str | None) -> Population:
    """The file's content; only MBG/NBD is what tags use."""
    return Population(
        **found.spread._asdict(),
        acts=acts,
        brand_id=brand_id,
        until=iso_date(until),
        members=found.members,
        log_likelihood=found.log_likelihood,
    )


def told(found: Fit, acts: Acts, until: int, brand_id: str | None, as_json: bool) -> str:
    """The result for a person, or as JSON."""
    content = {
        "model": f"{found.model}_nbd",
        "unit": "week",
        **found.spread._asdict(),
        "log_likelihood": found.log_likelihood,
        "members": found.members,
        "acts": acts,
        "brand_id": brand_id,
        "until": iso_date(until),
    }
    if as_json:
        return json.dumps(content)
    return "\n".join(
        f"{name:>14}  {round(value, 4) if isinstance(value, float) else value}"
        for name, value in content.items()
        if value is not None
    )
