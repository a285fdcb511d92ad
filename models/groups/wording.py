"""An alert as one sentence, for the administrator who reads it on a phone."""

from models.groups.state import Episode

Plain = float | int | str | bool | None
_CAUSES = {
    "removed": ("多数为被移出({})", "most were removed ({})"),
    "benefit": ("多数刚领过福利", "most had just taken a benefit"),
    "inviter": ("多由 {} 邀请入群", "most were invited by {}"),
    "join_day": ("多于 {} 入群", "most joined on {}"),
    "campaign": ("多来自活动 {}", "most came by the campaign {}"),
    "channel": ("多来自渠道 {}", "most came by the channel {}"),
}
"""What the leavers share, in words; a broadcast has words of its own."""

Evidence = dict[str, Plain | list[Plain]]
"""What an alert rests on, as `schemas.facts.Alert` holds it."""


def in_chinese(group_id: str, episode: Episode, what: str, minutes: int, evidence: Evidence) -> str:
    """The sentence in Chinese."""
    count, members = len(episode.leavers), episode.members
    if what == "closed":
        returned = evidence["returned"]
        return f"群 {group_id} 退群潮已平息:共 {count} 人退群(退群前 {members} 人),其中 {returned} 人已回群。"
    text = f"群 {group_id} 退群激增:{minutes} 分钟内 {count} 人退群(退群前 {members} 人)"
    text += f",平时约 {episode.expected:.1f} 人"
    if evidence.get("broadcast_suspected"):
        text += f";此前 {evidence['broadcast_minutes_before']} 分钟有群发 {evidence['broadcast_id']}"
    return text + _cause(evidence, 0, ";{}") + "。"


def in_english(group_id: str, episode: Episode, what: str, minutes: int, evidence: Evidence) -> str:
    """The sentence in English."""
    count, members = len(episode.leavers), episode.members
    if what == "closed":
        returned = evidence["returned"]
        return (
            f"Group {group_id}: the wave of leaves is over; {count} of {members} left, {returned} are back."
        )
    text = f"Group {group_id}: {count} of {members} members left within {minutes} min, "
    text += f"about {episode.expected:.1f} are usual"
    if evidence.get("broadcast_suspected"):
        minutes_before = evidence["broadcast_minutes_before"]
        text += f"; broadcast {evidence['broadcast_id']} was {minutes_before} min before"
    return text + _cause(evidence, 1, "; {}") + "."


def _cause(evidence: Evidence, side: int, pattern: str) -> str:
    words = _CAUSES.get(str(evidence.get("cause")))
    return "" if words is None else pattern.format(words[side].format(evidence.get("cause_detail")))
