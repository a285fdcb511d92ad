"""What a member is seen in: the tunables and the calendar, with what follows from them."""

from models.calendar import Calendar
from models.earning import NO_RULES, Earning
from models.levels import NO_LEVELS, Levels
from models.params import MemberParams
from models.score import Scale


class Frame:
    """Tunables and calendar, given once at start."""

    __slots__ = ("acts", "calendar", "day", "earning", "levels", "params", "scale", "vip_groups")

    def __init__(
        self,
        params: MemberParams,
        calendar: Calendar,
        earning: Earning = NO_RULES,
        levels: Levels = NO_LEVELS,
        vip_groups: tuple[str, ...] = (),
    ) -> None:
        self.params = params
        self.calendar = calendar
        self.day = calendar.day
        """Number of the local day of a time."""
        self.earning = earning
        self.levels = levels
        self.vip_groups = vip_groups
        self.scale = Scale(params.half_life_days, params.cap_per_day)
        self.acts = params.acts

    def after(self, at: int, days: int) -> int:
        """First ms that is not "within ``days`` days" of the time ``at`` any more."""
        return self.calendar.start(self.calendar.day(at) + days + 1)

    def back(self, now: int, days: int) -> int:
        """First ms that is "within ``days`` days" before ``now``."""
        return self.calendar.start(self.calendar.day(now) - days)
