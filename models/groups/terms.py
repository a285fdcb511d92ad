"""What decisions about a group rest on besides its state."""

from typing import NamedTuple

from models.groups.hours import Days
from models.groups.params import GroupParams


class Terms(NamedTuple):
    """The tunables and the calendar of the community."""

    params: GroupParams
    calendar: Days
