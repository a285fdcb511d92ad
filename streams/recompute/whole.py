"""What a rule file says together with those that it extends, from its text, which has been checked."""

from typing import Any

import yaml


def whole(text: str) -> dict[str, Any]:
    """Rules, calendar, points, levels and VIP groups, as if they stood in one file."""
    rules: dict[str, dict[str, Any]] = {}
    calendar: dict[str, Any] = {}
    points: dict[str, Any] = {}
    levels: dict[str, Any] = {}
    vip: dict[str, Any] = {"groups": []}
    for file in yaml.safe_load_all(text):
        for tag in file.get("without", ()):
            del rules[tag]
        rules |= {rule["id"]: rule for rule in file["rules"]}
        calendar |= file.get("calendar", {})
        points, levels = file.get("points", points), file.get("levels", levels)
        vip = file.get("vip", vip)
    return {
        "rules": list(rules.values()),
        "calendar": calendar,
        "points": points,
        "levels": levels,
        "vip": vip,
    }
