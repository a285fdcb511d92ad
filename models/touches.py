"""First and last touches: the word of the earliest, or of the latest, event of a sort (T20, T71).

Of two events of one ms the smaller word counts as the earlier; so the order of arrival does not matter.
"""

import msgspec


class Touch(msgspec.Struct, array_like=True, gc=False):
    """What was said, and when (ms)."""

    at: int
    word: str


Touches = dict[str, Touch]


def first(touches: Touches, name: str, at: int, word: str) -> bool:
    """Take in what may be the earliest word; whether it is."""
    known = touches.get(name)
    if known is not None and (known.at, known.word) <= (at, word):
        return False
    touches[name] = Touch(at, word)
    return known is None or (known.at, known.word) != (at, word)


def last(touches: Touches, name: str, at: int, word: str) -> bool:
    """Take in what may be the latest word; whether it is."""
    known = touches.get(name)
    if known is not None and (known.at, known.word) >= (at, word):
        return False
    touches[name] = Touch(at, word)
    return True
