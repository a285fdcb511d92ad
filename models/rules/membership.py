"""Conditions on the member as such: another tag that it has, and whether it is held out of this one."""

from dataclasses import dataclass
from typing import Final

from models.crossing import NEVER
from models.frame import Frame
from models.identity import hash64
from models.rules.comparing import Comparison
from models.state import MemberState
from models.ties import says
from models.work import Value

_PARTS: Final = 1_000_000
"""Parts that members are dealt into by their hash."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """The member has another tag, by its rule or by hand; when that changes, the judge asks again."""

    tag: str

    def look(self, state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
        """Whether it holds; time alone changes it only through the other rule."""
        return self.tag in state.on or says(state.manual, self.tag), NEVER

    def tell(self, state: MemberState, now: int, frame: Frame, into: dict[str, Value]) -> None:
        """Write down whether the member has it."""
        into[f"tag({self.tag})"] = self.look(state, now, frame)[0]

    def comparisons(self) -> tuple[Comparison, ...]:
        """None: it reads no feature."""
        return ()


@dataclass(frozen=True, slots=True)
class Treated:
    """The member is not of the share that is held out of a tag, so that its effect can be measured.

    Who is held out depends on brand, member and tag alone: the same at every start, and another choice for each tag.
    """

    tag: str
    holdout: float

    def look(self, state: MemberState, now: int, frame: Frame) -> tuple[bool, int]:
        """Whether it holds; for ever."""
        part = hash64(f"{state.brand_id}\x1f{state.member_id}\x1f{self.tag}") % _PARTS
        return part >= self.holdout * _PARTS, NEVER

    def tell(self, state: MemberState, now: int, frame: Frame, into: dict[str, Value]) -> None:
        """Write down the share that is held out."""
        into["holdout"] = self.holdout

    def comparisons(self) -> tuple[Comparison, ...]:
        """None: it reads no feature."""
        return ()
