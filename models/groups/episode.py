"""One alert per wave: it opens, is updated when it has doubled, and closes once leaves are ordinary again."""

from typing import Literal

from models.groups.causes import losses, suspects
from models.groups.expectation import expect
from models.groups.life import Alarm
from models.groups.membership import returned
from models.groups.params import HOUR, MINUTE, GroupParams
from models.groups.spike import Spike, between, detect
from models.groups.state import Episode, GroupState, Leave
from models.groups.telling import Told, tell
from models.groups.terms import Terms
from models.groups.wording import Evidence, in_chinese, in_english
from schemas.facts import Alert

KIND = "churn_spike"

What = Literal["opened", "updated", "closed"]


def follow(state: GroupState, leave: Leave, terms: Terms) -> list[Alert]:
    """A leave was recorded: let it open an episode, or be part of the one under way."""
    episode = state.episode
    if episode is None:
        spike = detect(state, leave.at, terms) if leave.at > state.spent_until else None
        return [] if spike is None else [_open(state, spike, terms.params)]
    if leave.at <= episode.since or leave.member in episode.leavers:
        return []
    episode.leavers[leave.member] = leave.cause
    episode.last = max(episode.last, leave.at)
    if len(episode.leavers) < 2 * episode.reported:
        return []
    return [_tell(state, episode, "updated", None, terms)]


def _open(state: GroupState, spike: Spike, params: GroupParams) -> Alert:
    episode = Episode(
        opened_at=spike.end,
        since=spike.end - spike.window,
        last=spike.end,
        window=spike.window,
        p_value=spike.p_value,
        p_values=spike.p_values,
        members=spike.size,
        leavers=spike.leavers,
        reported=len(spike.leavers),
        expected=spike.expected,
    )
    episode.severity = _severity(episode, params)
    state.episode = episode
    state.wave_due = spike.end + _quiet(episode, params)
    return _alert(state, episode, "opened", None, params)


def close_due(state: GroupState, due: int, terms: Terms) -> list[Alert]:
    """The episode's timer at ``due`` (ms): close it, or look again when the quiet period has lost a leave."""
    episode = state.episode
    state.wave_due = None
    if episode is None:
        return []
    quiet = _quiet(episode, terms.params)
    leaves = between(state.recent, due - quiet, due)
    usual = expect(state.baseline, due // HOUR, quiet, state.size, terms)
    if len(leaves) > 1 and usual.tail(len(leaves)) <= terms.params.calm_p:
        state.wave_due = max(due, leaves[0].at + quiet) + 1
        return []
    alert = _tell(state, episode, "closed", due, terms)
    state.episode = None
    state.spent_until = due
    return [alert]


def _quiet(episode: Episode, params: GroupParams) -> int:
    """How long leaves must be ordinary, ms: the window that tipped has to run empty, too."""
    return max(params.quiet, episode.window)


def _span(episode: Episode) -> int:
    """Length of the wave so far, ms: at least the window that tipped."""
    return max(episode.window, episode.last - episode.since)


def _tell(state: GroupState, episode: Episode, what: What, closed_at: int | None, terms: Terms) -> Alert:
    """The next version of an episode's alert: what was expected in all its length; its severity never falls."""
    usual = expect(state.baseline, episode.last // HOUR, _span(episode), episode.members, terms)
    episode.version += 1
    episode.reported = len(episode.leavers)
    episode.expected = usual.mean
    episode.p_value = usual.tail(len(episode.leavers))
    episode.severity = _severity(episode, terms.params)
    return _alert(state, episode, what, closed_at, terms.params)


def _severity(episode: Episode, params: GroupParams) -> str:
    survivors = 1 - len(episode.leavers) / max(1, episode.members)
    return "critical" if survivors < params.collapse or episode.severity == "critical" else "warning"


def _evidence(state: GroupState, episode: Episode, params: GroupParams) -> Evidence:
    """What the alert rests on; flat, so that every sink can hold it."""
    causes = list(episode.leavers.values())
    evidence: Evidence = {
        "left": causes.count("left_self"),
        "kicked": causes.count("kicked"),
        "banned": causes.count("banned"),
        "first_leavers": [*list(episode.leavers)[: params.listed]],
        "size_before": episode.members,
        "size_after": state.size,
        "returned": returned(state, episode.leavers),
        "since": episode.since,
    }
    evidence.update({f"p_{seconds}s": p_value for seconds, p_value in episode.p_values.items()})
    evidence |= suspects(state, episode.leavers, episode.since, episode.opened_at, episode.last, params)
    evidence |= losses(state, episode.leavers, episode.members, _span(episode))
    return evidence


def _alert(
    state: GroupState, episode: Episode, what: What, closed_at: int | None, params: GroupParams
) -> Alert:
    evidence = _evidence(state, episode, params)
    minutes = round(_span(episode) / MINUTE)
    told = Told(
        kind=KIND,
        what=what,
        at=episode.last if closed_at is None else closed_at,
        window=episode.window,
        observed=len(episode.leavers),
        expected=episode.expected,
        p_value=episode.p_value,
        members=episode.members,
        text_zh=in_chinese(state.group_id, episode, what, minutes, evidence),
        text_en=in_english(state.group_id, episode, what, minutes, evidence),
    )
    alarm = Alarm(episode.opened_at, episode.severity, episode.reported, episode.version)
    return tell(state, alarm, told, evidence)
