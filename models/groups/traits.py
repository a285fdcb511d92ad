"""What a group is, as its master data say (F28; catalogue G01-G20, G22): its purpose, how it grows, its layer and so on.

Words are free: one that nobody knows is kept and told as it is. Of two that were said, the later in event time holds.
"""

from typing import Any, Final

import msgspec

from models.groups.kinds import PRIOR_RATES
from models.groups.state import GroupState, Trait
from models.groups.wording import Evidence
from schemas.view import Event

TRAITS: Final = ("purpose", "growth_type", "tier", "audience", "store", "entry_gate")
"""Traits by their number in the state; only ever appended to."""
_GROWTH_TYPE: Final = TRAITS.index("growth_type")


def learn(state: GroupState, event: Event) -> None:
    """Keep what ``group.created`` or ``group.updated`` says; what the event leaves out stays as it was.

    At the same time the greater word holds, so neither order nor repetition matters.
    """
    said: dict[str, Any] = {"entry_gate": event.entry_gate}
    if event.group_meta is not None:
        said |= msgspec.structs.asdict(event.group_meta)
    for number, name in enumerate(TRAITS):
        word = said.get(name)
        if word is None:
            continue
        known = state.traits.get(number)
        if known is None or (event.at, word) > (known.at, known.word):
            state.traits[number] = Trait(event.at, word)
    growth = state.traits.get(_GROWTH_TYPE)
    if growth is not None:
        state.baseline.prior = PRIOR_RATES.get(growth.word, 0.0)


def context(state: GroupState) -> Evidence:
    """The traits as an alert tells them: ``group_purpose``, ``group_tier`` and so on, those that are known."""
    return {
        f"group_{name}": state.traits[number].word
        for number, name in enumerate(TRAITS)
        if number in state.traits
    }
