"""Tunables of the groups' decisions: each with its unit and the failure it prevents."""

import msgspec

from models.service import Service

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
"""Lengths in ms."""

WINDOWS_OPEN = 36
"""Most statistics windows open at one time: speakers are bits of one stored integer, beside the window's number."""


class GroupParams(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator may tune. Defaults hold for groups of 20 to 500 members.

    None of the defaults is fitted to one community: they state how many false alarms are tolerable, how
    soon a wave must be seen and how long a habit is remembered.
    """

    window_seconds: int = 300
    """Length of a statistics window, s. Five minutes is the step of the source rule (G66)."""

    lateness: int = 2 * HOUR
    """How long a window stays open behind the group's latest event, ms of event time. Anything later
    becomes an addition of its own, so that state stays small and sums stay exact."""

    departed_for: int = 7 * DAY
    """How long one who left is remembered, ms; keeps a late join from reviving them."""

    again: int = DAY
    """A leave of one who left longer ago than this, ms, shows that a join was lost; sooner, it is another
    report of the same departure (a callback and the nightly list)."""

    windows: tuple[int, ...] = (MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR)
    """Sliding windows of the spike test, ms, shortest first: a sudden wave, a bad broadcast, the hour of
    G66."""

    floor: int = 5
    """Fewest leaves that can be a spike (G66). Below it an alert tells an administrator nothing to act on."""

    share: float = 0.02
    """Smallest part of the group that must have left (G66): 5 of 500 is a nuisance, not an emptying group."""

    false_alerts_per_day: float = 4e-4
    """Budget of false alerts a group a day, shared evenly by the windows: groups live on many workers, so each keeps
    to its own part, and 5,000 groups together stay below one a day. A window of length w may be tested afresh day / w
    times, so its threshold on p is its share times w / day."""

    fold: float = 2.0
    """Leaves must be at least this many times the expected ones: in a large group a rise by half is significant and
    yet no emptying."""

    prior_leaves: float = 1.0
    prior_rate: float = 0.002
    """What is believed of a group before it is known: leaves per member-hour (about 5 % a day) with the
    weight of one leave, so that a new group's own record soon outweighs it."""

    day_shape: float = 1.0
    """Shape of the Gamma from which the rates of the hours of the day are drawn around the group's rate. 1 says that
    hours differ by about 100 %, as day and night do."""

    week_shape: float = 8.0
    """The same for an hour of the week around that hour of the day: days of the week differ by about 35 %."""

    noise_shape: float = 12.0
    """The same for one hour around its hour of the week, beyond all seasons: 30 %. No history makes the prediction
    narrower than this."""

    outbreak_p: float = 1e-3
    """An hour enters the baseline with no more leaves than this tail probability allows, so that an outbreak does not
    become the yardstick; a lasting change is learned in some weeks."""

    habit_times: float = 1.2
    """Decayed number of times that an hour of the week must have emptied at once before that is its habit: more than
    one, so that the wave of last week does not excuse the next one."""

    half_life_weeks: float = 4.0
    """After so many weeks a past leave weighs half. Shorter forgets a weekly habit that paused for a
    holiday; longer keeps the wild first days of a new group as its norm."""

    guard_hours: int = 2
    """Hours, the current one included, that the baseline does not yet know: a wave must not raise its own
    yardstick."""

    quiet: int = 10 * MINUTE
    """An episode closes when the leaves of a period of this length, ms, are ordinary; the window that
    tipped must run empty too, if it is longer. Longer joins separate waves in one alert, so that the second
    one wakes nobody."""

    calm_p: float = 0.05
    """Leaves in the quiet period count as ordinary while their tail probability is above this."""

    collapse: float = 0.70
    """Survivors' share below which a spike is critical (G67)."""

    collapse_critical: float = 0.40
    """Survivors' share of the night below which the collapse is critical (G67)."""

    evening: int = 20
    night_hours: int = 12
    """Local hour at which the night of G67 begins, and how long it lasts, h: who is in at 20:00 and still in at 08:00."""

    night_members: int = 20
    """Fewest members at the evening for which a share of survivors says something."""

    course_shape: float = 6.0
    """Shape of the Gamma from which the rate of a day is drawn: days vary by about 40 %, the weekend included."""

    course_days: int = 3
    """Fewest days that are a course: one bad day is a spike or nothing."""

    relearned_days: int = 42
    """Days after which a leak that goes on takes up the baseline anew: by then the higher level is learned."""

    course_leavers: int = 200
    """Leavers remembered of a leak, at most, to say what they share."""

    chart_part: float = 0.2
    """Weight of a day in the EWMA of daily leaves (formulas 4.6)."""

    chart_limit: float = 12.0
    """Log-likelihood at which a daily chart alarms: by chance at most once in e^12 group-days, in 5,000 groups about once
    in a month."""

    doubt: float = 2.0
    """Standard errors by which the usual daily rate is raised for the chart of a leak: an estimate that is too low is too
    low on every day, and a chart adds that up."""

    leak_ratio: float = 2.0
    silence_ratio: float = 0.4
    """What the charts wait for: leaves twice the usual, or speakers 0.4 times."""

    talkers: float = 3.0
    talk_known_days: int = 21
    talk_shape: float = 6.0
    """Silent churn is judged where at least so many speak on such a day, after so many days; speakers vary by 40 %."""

    silent_for: int = 30
    """Days of silence after which a group ends no more days of itself: until the next event nothing changes."""

    health_members: int = 20
    """Fewest members of a group whose health is judged (catalogue 4.5)."""

    dead_days: int = 7
    """Whole local days without an own act of anybody after which a group is dead (G63); after half of them it is dying."""

    low_activity: float = 0.05
    """Share of the members active within 7 days below which activity is low (G74)."""

    low_conversion: float = 0.05
    """Share of the visitors of 7 days who pay below which conversion is low: that of leaflets (B04)."""

    judged_visitors: int = 30
    """Fewest visitors of 7 days of whom conversion is judged (G65)."""

    benefit_reach: int = DAY
    """How long before leaving a benefit counts as taken first, ms (T69)."""

    listed: int = 20
    """Member ids shown in an alert's evidence, at most."""

    recent_leaves: int = 2000
    """Leaves kept for the sliding windows, at most: bounds the state if thousands go within the hour. By
    then every window has long tipped."""

    ids: int = 512
    """Event ids remembered per group for a producer's own retries: a repeat further back than this many
    events of the group is counted again (the fence still catches the pipeline's own repeats, however far
    back)."""

    service: Service = Service()
    """How long staff may take to answer a question (G71, T84)."""

    cases: int = 200
    """Questions that wait in a group at one time, at most."""

    broadcast_reach: int = 30 * MINUTE
    """How long after a broadcast leaves are laid at its door, ms (G68)."""

    def __post_init__(self) -> None:
        if self.lateness // (self.window_seconds * 1000) + 2 > WINDOWS_OPEN:
            raise ValueError(
                f"lateness of {self.lateness} ms keeps more than {WINDOWS_OPEN} windows "
                f"of {self.window_seconds} s open: choose longer windows or less lateness"
            )
