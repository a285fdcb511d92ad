"""Static facts of a profile (T01): of each the latest that was told, by event time.

Who somebody is, by name, number or address, is not kept: only what a rule may reasonably ask for.
"""

from typing import Any, Final

from models import changes
from models.crossing import NEVER
from models.feature import Feature, Step
from models.frame import Frame
from models.state import MemberState
from models.touched import word_of
from models.touches import last
from models.work import Value

LONGEST: Final = 64
"""Characters of a word that are kept."""

MOST: Final = 1_000
"""Numbers from 0 up to this are taken: years, centimetres, kilograms."""

WORDS: Final = (
    ("gender", "性别", "gender"),
    ("zodiac", "星座", "sign of the zodiac"),
    ("education", "学历", "education"),
    ("occupation", "职业", "occupation"),
)
NUMBERS: Final = (
    ("age", "年龄", "age, as it was told", "years"),
    ("height_cm", "身高", "height", "cm"),
    ("weight_kg", "体重", "weight", "kg"),
)


def told(state: MemberState, profile: dict[str, Any], at: int) -> bool:
    """Take in a profile told at ``at`` (ms); whether a fact is new. What is no word, or no number in range, is passed over."""
    new = False
    for name, *_ in WORDS:
        word = profile.get(name)
        if isinstance(word, str) and word:
            new |= last(state.touches, name, at, word[:LONGEST])
    for name, *_ in NUMBERS:
        number = profile.get(name)
        if type(number) is int and 0 <= number <= MOST:
            new |= last(state.touches, name, at, str(number))
    return new


def _numbered(name: str, zh: str, en: str, unit: str) -> Step:
    def look(state: MemberState, now: int, frame: Frame) -> tuple[Value, int]:
        touch = state.touches.get(name)
        return (None if touch is None else int(touch.word)), NEVER

    return Step(id=name, zh=zh, en=en, unit=unit, source="T01", reads=changes.TOUCHES, look=look)


FACTS: Final[tuple[Feature, ...]] = (
    *(
        Step(id=name, zh=zh, en=en, unit="word", source="T01", sort="text", reads=changes.TOUCHES, look=word_of(name))
        for name, zh, en in WORDS
    ),
    *(_numbered(*row) for row in NUMBERS),
)  # fmt: skip
"""All of them."""
