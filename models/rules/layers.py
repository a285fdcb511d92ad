"""In which turn rules are judged: one that reads another tag comes behind that tag's rule."""

from collections.abc import Sequence

from models.rules.rule import Rule


def layers(rules: Sequence[Rule]) -> tuple[int, ...] | None:
    """The turn of each rule, from 0; the rules of a family share theirs. None if some tag hangs on itself.

    A tag that no rule decides comes before all turns.
    """
    place = {rule.tag: number for number, rule in enumerate(rules)}
    families: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        families.setdefault(rule.family or f"\x00{number}", []).append(number)
    behind = {number: {place[tag] for tag in rule.tags if tag in place} for number, rule in enumerate(rules)}
    turns = [0] * len(rules)
    for _ in range(len(rules) + 1):
        before = list(turns)
        for mates in families.values():
            turn = max((turns[other] + 1 for mate in mates for other in behind[mate]), default=0)
            for mate in mates:
                turns[mate] = turn
        if turns == before:
            return tuple(turns)
    return None
