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
    count = len(episode.leavers)
    if what == "closed":
        return (
            f"群 {group_id} 退群潮已平息:共 {count} 人退群,其中 {evidence['returned']} 人已回群,"
            f"现有 {evidence['size_after']} 人。"
        )
    text = f"群 {group_id} 退群激增:{minutes} 分钟内 {count} 人退群,现余 {evidence['size_after']} 人"
    text += f",平时{_usual(episode.expected)[0]}"
    if evidence.get("broadcast_suspected"):
        text += f";此前{_before(evidence)[0]}有群发 {evidence['broadcast_id']}"
    return text + _cause(evidence, 0, ";{}") + "。"


def in_english(group_id: str, episode: Episode, what: str, minutes: int, evidence: Evidence) -> str:
    """The sentence in English."""
    count = len(episode.leavers)
    if what == "closed":
        return (
            f"Group {group_id}: the wave of leaves is over; {count} left, {evidence['returned']} are back, "
            f"{evidence['size_after']} are in it."
        )
    text = f"Group {group_id}: {count} members left within {minutes} min, {evidence['size_after']} remain, "
    text += _usual(episode.expected)[1]
    if evidence.get("broadcast_suspected"):
        text += f"; broadcast {evidence['broadcast_id']} was {_before(evidence)[1]} before"
    return text + _cause(evidence, 1, "; {}") + "."


def _usual(expected: float) -> tuple[str, str]:
    """How many are usual, in both languages; a rate below a tenth is not told as nothing."""
    if expected < 0.05:
        return "不到 0.1 人", "fewer than 0.1 are usual"
    return f"约 {expected:.1f} 人", f"about {expected:.1f} are usual"


def _before(evidence: Evidence) -> tuple[str, str]:
    """How long before the wave the broadcast was, in both languages."""
    minutes = round(float(str(evidence["broadcast_minutes_before"])))
    return (f" {minutes} 分钟", f"{minutes} min") if minutes else ("不到 1 分钟", "less than a minute")


def _cause(evidence: Evidence, side: int, pattern: str) -> str:
    words = _CAUSES.get(str(evidence.get("cause")))
    return "" if words is None else pattern.format(words[side].format(evidence.get("cause_detail")))
