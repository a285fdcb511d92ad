"""Why they may have left: what the leavers share, beside how common that is in the group."""

from collections import Counter
from collections.abc import Collection

from models.calendar import iso_date
from models.groups.origins import traits
from models.groups.params import DAY, HOUR, MINUTE, GroupParams
from models.groups.state import GroupState
from models.groups.wording import Evidence


def suspects(
    state: GroupState, leavers: dict[str, str], since: int, opened_at: int, until: int, params: GroupParams
) -> Evidence:
    """What a wave is laid at the door of, most telling first; ``cause`` is ``unknown`` when nothing stands out.

    Removed by others (G43), took a benefit within a day before (G73), a broadcast within half an hour before (G68), or one
    inviter, join day, campaign or channel that at least half of the leavers share and that is at least twice as common
    among them as in the group.
    """
    found: list[tuple[str, str, float]] = []
    count = max(1, len(leavers))
    removed = sum(cause != "left_self" for cause in leavers.values())
    if removed > count / 2:
        found.append(
            ("removed", max(Counter(leavers.values()).items(), key=lambda one: one[1])[0], removed / count)
        )
    claimed = _claimed(state, leavers, since, until, params)
    if claimed > count / 2:
        found.append(("benefit", "", claimed / count))
    evidence = _broadcast(state, opened_at, params)
    if evidence.get("broadcast_suspected"):
        found.append(("broadcast", str(evidence["broadcast_id"]), 1.0))
    found += _shared(state, leavers)
    cause, detail, share = found[0] if found else ("unknown", "", 0.0)
    evidence |= {
        "cause": cause,
        "cause_detail": detail,
        "cause_share": round(share, 3),
        "causes": [f"{name}:{which}" if which else name for name, which, _ in found],
        "claimed_first": claimed,
    }
    return evidence


def _claimed(state: GroupState, leavers: Collection[str], since: int, until: int, params: GroupParams) -> int:
    """How many took a benefit within the reach before the wave, or in it (T69)."""
    return sum(since - params.benefit_reach <= state.claimed.get(member, -1) <= until for member in leavers)


def _broadcast(state: GroupState, opened_at: int, params: GroupParams) -> Evidence:
    before = opened_at - state.broadcast_at
    if state.broadcast_id is None or before < 0:
        return {}
    return {
        "broadcast_id": state.broadcast_id,
        "broadcast_minutes_before": round(before / MINUTE, 1),
        "broadcast_suspected": before <= params.broadcast_reach,
    }


def _shared(state: GroupState, leavers: Collection[str]) -> list[tuple[str, str, float]]:
    """Traits that leavers have far more often than the group; the clearest first."""
    known = traits(state)
    everybody = Counter((name, value) for told in known.values() for name, value in told.items())
    gone = Counter((name, value) for member in leavers for name, value in known.get(member, {}).items())
    found = []
    for (name, value), many in gone.items():
        share, usual = many / len(leavers), everybody[name, value] / max(1, len(known))
        if many >= 3 and share >= 0.5 and share >= 2 * usual:
            shown = iso_date(int(value)) if name == "join_day" else value
            found.append((share / usual, name, shown, share))
    found.sort(key=lambda one: (-one[0], one[1]))
    return [(name, shown, share) for _, name, shown, share in found]


def losses(state: GroupState, leavers: Collection[str], members: int, span: int) -> Evidence:
    """What went with them, and what goes if it lasts another day (``span`` of the wave so far, ms).

    Valuable is who paid, net and in this group, at least as much as the average payer (G69).
    """
    payers = {member: fen for member, fen in state.paid.items() if fen > 0}
    average = sum(payers.values()) / len(payers) if payers else 0.0
    lost = [payers[member] for member in leavers if member in payers]
    stay = 1 - min(len(leavers), members) / max(1, members)
    left = state.size * (1 - stay ** (DAY / max(span, HOUR)))
    return {
        "valuable_left": sum(fen >= average for fen in lost),
        "paid_left_fen": sum(lost),
        "expected_further_leaves_24h": round(left, 1),
        "expected_further_loss_fen": round(left * sum(payers.values()) / max(1, members)),
    }
