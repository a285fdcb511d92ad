"""One look at one member at one time."""

from models.features import Step
from models.frame import Frame
from models.state import MemberState
from models.work import Value


class Lens:
    """A member at the time ``now``; stepping values are looked up once until their next step."""

    __slots__ = ("frame", "memo", "now", "state")

    def __init__(
        self, state: MemberState, now: int, frame: Frame, memo: dict[str, tuple[Value, int]] | None = None
    ) -> None:
        self.state = state
        self.now = now
        self.frame = frame
        self.memo = state.work.memo if memo is None else memo

    def step(self, feature: Step) -> tuple[Value, int]:
        """Value of a stepping feature, and the time of its next step."""
        found = self.memo.get(feature.id)
        if found is None or found[1] <= self.now:
            found = self.memo[feature.id] = feature.look(self.state, self.now, self.frame)
        return found
