"""Everything that is remembered of one group, as one value that can be stored."""

from typing import Final

import msgspec

from models.groups.cases import Waiting
from models.groups.charts import Ewma
from models.groups.former import RENEWALS
from models.groups.life import Alarm, Life
from models.groups.params import HOUR
from schemas.versions import FormatVersionError

GROUPS_STATE_VERSION: Final = 6
"""Version of the bytes. A field is added with a default, and the version then raised; so this program reads every version
up to its own (`former` says what changed its meaning). `tests/upgrade` keeps bytes of each."""
HOURS_A_DAY: Final = 24
HOURS_A_WEEK: Final = 168


class Window(msgspec.Struct, array_like=True):
    """Counts of one statistics window; ``start`` in ms. ``members`` is the size at its end, as far as known, ``change`` by
    how much the events in it changed that."""

    start: int
    members: int = 0
    joins: int = 0
    left_self: int = 0
    kicked: int = 0
    banned: int = 0
    planned: int = 0
    messages: int = 0
    speakers: int = 0
    change: int = 0


class Addition(msgspec.Struct, array_like=True):
    """One event that came after its window had closed: ``part`` tells it from all others, ``counts`` holds
    it."""

    part: int
    counts: Window


class Leave(msgspec.Struct, array_like=True):
    """An unplanned leave of a member; ``at`` in ms. ``size`` counts the members in just before it, the leaver
    included."""

    at: int
    member: str
    cause: str
    size: int = 0


class Hour(msgspec.Struct, array_like=True):
    """An hour that the baseline does not know yet.

    ``number`` counts hours since the epoch; ``exposure`` is in member-hours; ``peaks`` holds, per sliding
    window, the most leaves that were in it at once, and is empty while there was no leave.
    """

    number: int
    peaks: list[int] = []
    leaves: int = 0
    exposure: float = 0.0


class Burst(msgspec.Struct, array_like=True):
    """Habit of an hour of the week to empty at once: decayed sum of ``peaks`` per window, and of the ``times`` that
    it did, as of hour ``number``."""

    number: int
    peaks: list[float]
    times: float = 1.0


class Baseline(msgspec.Struct, array_like=True):
    """What is usual: decayed leaves and member-hours per hour of the week, and the hours still behind the
    guard. ``prior`` is the rate believed of groups of its type, leaves per member-hour; 0 for any type."""

    first: int = 0
    exposed_to: int = 0
    leaves: list[float] = msgspec.field(default_factory=lambda: [0.0] * HOURS_A_WEEK)
    exposure: list[float] = msgspec.field(default_factory=lambda: [0.0] * HOURS_A_WEEK)
    bursts: dict[int, Burst] = {}
    pending: list[Hour] = []
    prior: float = 0.0

    @property
    def hour_end(self) -> int:
        """First ms after the current hour; 0 before the first event."""
        return (self.pending[-1].number + 1) * HOUR if self.pending else 0


class Episode(msgspec.Struct):
    """A churn spike under way.

    ``since`` is the start of the window that tipped, ``last`` the latest leave (ms); ``window`` is in ms.
    ``leavers`` holds who left and why, ``reported`` how many of them the last alert told of.
    """

    opened_at: int
    since: int
    last: int
    window: int
    p_value: float
    p_values: dict[str, float]
    members: int
    leavers: dict[str, str]
    reported: int
    expected: float
    version: int = 1
    severity: str = "warning"


class Night(msgspec.Struct, array_like=True):
    """A night from ``start`` (ms): how many were in then, who of them has ``gone`` and why, who joined since."""

    start: int
    size: int
    gone: dict[str, str] = {}
    fresh: set[str] = set()
    alarm: Alarm | None = None


class Chart(msgspec.Struct, array_like=True):
    """A CUSUM of days: its value, and days, counts and expected counts since it was at zero; ``rate`` is what was usual
    then, so that what it waits for does not become its yardstick, and ``doubt`` the factor by which that may be too low."""

    value: float = 0.0
    days: int = 0
    count: float = 0.0
    expected: float = 0.0
    alarm: Alarm | None = None
    rate: float = 0.0
    doubt: float = 1.0


class Course(msgspec.Struct, array_like=True):
    """A group over days: ``day`` is the local day under way (-1 before the first event), ``due`` when it ends (ms).

    ``leaves`` are the unplanned ones of the day, ``gone`` the last who went while the chart was not at zero; ``talk`` holds
    the usual speakers of each day of the week, learned over ``talk_days``.
    """

    day: int = -1
    due: int | None = None
    leaves: int = 0
    gone: dict[str, str] = {}
    flow: Ewma = msgspec.field(default_factory=Ewma)
    leak: Chart = msgspec.field(default_factory=Chart)
    silence: Chart = msgspec.field(default_factory=Chart)
    talk: list[float] = msgspec.field(default_factory=lambda: [0.0] * 7)
    talk_days: int = 0


class Trait(msgspec.Struct, array_like=True):
    """A word of the group's master data, and when it was said (ms)."""

    at: int
    word: str


class GroupState(msgspec.Struct):
    """One group. Updated in place inside a fold; what is stored or compared is `snapshot`.

    ``members`` maps a member to ``since << 1 | present``: one number, because it is the bulk of the state; ``trail`` holds
    what was so before that, in the open windows (`presence`). ``crew`` are staff and bots, who never count. ``unseen`` are
    members that the source says exist and who never appeared. ``latest`` is the greatest event time, ms; ``due`` the time at
    which a timer must fire, ms; ``wave_due`` that of the episode under way. ``spoke`` maps a member to the windows in which
    they spoke (`windows.speak`). ``came``, ``ways``, ``claimed`` and ``paid`` are what leavers may share (`origins`).
    ``traits`` says what the group is, by the number of the trait (`traits.TRAITS`). ``ending_at`` is the earlier of the end
    that was ``planned`` (when that was said, and for when; ms, 0 for never) and of ``ended_at`` (`ending`).
    """

    brand_id: str
    group_id: str
    version: int = GROUPS_STATE_VERSION
    fence: dict[int, int] = {}
    ids: dict[int, int] = {}
    latest: int = 0
    due: int | None = None
    members: dict[str, int] = {}
    crew: dict[str, int] = {}
    size: int = 0
    unseen: int = 0
    told_at: int = 0
    ending_at: int | None = None
    windows: dict[int, Window] = {}
    spoke: dict[str, int] = {}
    changed: set[int] = set()
    additions: list[Addition] = []
    revision: int = 0
    baseline: Baseline = msgspec.field(default_factory=Baseline)
    recent: list[Leave] = []
    spent_until: int = 0
    episode: Episode | None = None
    broadcast_id: str | None = None
    broadcast_at: int = 0
    wave_due: int | None = None
    came: dict[str, int] = {}
    ways: dict[str, int] = {}
    claimed: dict[str, int] = {}
    paid: dict[str, int] = {}
    cleanup_from: int = 0
    cleanup_until: int = 0
    night: Night | None = None
    course: Course = msgspec.field(default_factory=Course)
    trail: dict[str, list[int]] = {}
    life: Life = msgspec.field(default_factory=Life)
    traits: dict[int, Trait] = {}
    planned: tuple[int, int] = (0, 0)
    ended_at: int | None = None
    waiting: Waiting = msgspec.field(default_factory=Waiting)


class _Head(msgspec.Struct):
    version: int


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(GroupState)
_head = msgspec.msgpack.Decoder(_Head)


def snapshot(state: GroupState) -> bytes:
    """Immutable value of a state; equal states give equal bytes only if they were reached the same way."""
    return _encoder.encode(state)


def restore(raw: bytes) -> GroupState:
    """State behind a snapshot, of this version or an earlier one.

    Raises:
        FormatVersionError: a later version of the program wrote the bytes.
    """
    version = _head.decode(raw).version
    if not 1 <= version <= GROUPS_STATE_VERSION:
        raise FormatVersionError.of("group state", version, GROUPS_STATE_VERSION)
    state = _decoder.decode(raw)
    for former, renew in enumerate(RENEWALS, 1):
        if version <= former:
            renew(state)
    state.version = GROUPS_STATE_VERSION
    return state
