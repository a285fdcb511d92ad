"""What an event changed of a member, as bits: features say what they read, so only what can have moved is judged."""

from typing import Final

SCORE: Final = 1
"""Points of activity."""
DAYS: Final = 2
"""Set of active days."""
SPOKE: Final = 4
"""Day of the last own message or check-in."""
FIRST: Final = 8
"""First seen or joined."""
ORDERS: Final = 16
CHECKINS: Final = 32
TIES: Final = 64
"""Groups, contacts, accounts followed."""

PLACE: Final = 512
"""What the present stage and churn hang on."""
WORD: Final = 1024
"""What the present activity hangs on."""


LIFE: Final = DAYS | FIRST | ORDERS | TIES
"""What the life cycle reads."""

MANUAL: Final = 128
"""Tags set by hand; read by no feature."""
LATE: Final = 256
"""Not what changed but when: an event no later than the last judgement (see `models.judge`)."""
TOUCHES: Final = 2048
"""First and last touches."""
ACTED: Final = 4096
"""Earliest own act beyond arriving."""
CARTS: Final = 8192
BANNED: Final = 16_384
ANSWERS: Final = 32_768
"""Pushes, and acts that answer them."""
RIGHTS: Final = 65_536
"""Plans, coupons and bets."""
DRAWN: Final = 131_072
"""Gifts, and what a member said or did about their time."""
WAITING: Final = 262_144
"""Complaints that staff have not answered."""
TALLIES: Final = 524_288
"""The first of the tallies' bits: each thing counted has its own (`models.measures`)."""

EVERYTHING: Final = ~(MANUAL | LATE)
"""All bits that a feature may read."""
