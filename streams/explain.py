"""``qunpulse explain``: the answer of ``/v1/members/{id}/explain``, and the same for a person."""

import json
import urllib.parse
import urllib.request
from typing import Any, Final

from streams.settings import Settings

NEAREST: Final = 10
"""Tags not held that are told; the API tells all of them."""

HEADINGS: Final = {
    "zh": ("成员 {member}，截至 {at}", "持有的标签", "已移除的标签", "尚未进入的标签（最接近的在前）", "无"),
    "en": ("member {member}, as of {at}", "Tags held", "Tags left", "Tags not entered, the nearest first", "none"),
}  # fmt: skip


def explanation(settings: Settings, member: str, brand: str, lang: str) -> dict[str, Any]:
    """The API's answer, with sentences.

    Raises:
        OSError: the API does not answer, or answers with an error.
    """
    query = urllib.parse.urlencode({"brand_id": brand, "lang": lang})
    url = f"http://{settings.api_host}:{settings.api_port}/v1/members/{urllib.parse.quote(member, safe='')}/explain?{query}"
    request = urllib.request.Request(url)
    if settings.api_token is not None:
        request.add_header("Authorization", f"Bearer {settings.api_token.get_secret_value()}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def as_text(answer: dict[str, Any], lang: str) -> str:
    """The answer for a person: one sentence a line."""
    title, held, left, ahead, none = HEADINGS[lang]
    lines = [title.format(member=answer["member_id"], at=answer["judged_at"])]
    parts = [(held, answer["tags"]), (left, answer["left"])]
    if answer["ahead"] is not None:
        parts.append((ahead, answer["ahead"][:NEAREST]))
    for heading, told in parts:
        lines += ["", heading]
        lines += [f"  {one['tag']}: {one['sentence']}" for one in told] or [f"  {none}"]
    return "\n".join(lines)
