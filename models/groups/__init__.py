"""Groups: who is in, what goes on per window, and whether a group is emptying."""

from models.groups.groups import Groups
from models.groups.params import GroupParams
from models.groups.state import GROUPS_STATE_VERSION, GroupState, restore, snapshot

__all__ = ["GROUPS_STATE_VERSION", "GroupParams", "GroupState", "Groups", "restore", "snapshot"]
