"""Days on which members did something: of each member the latest day and the 31 before it, in one stored number."""

DAYS = 32
_MASK = (1 << DAYS) - 1

Table = dict[str, int]
"""Member -> number of the latest local day, and below it a bit for each day counted back from it."""


def touch(table: Table, member: str, day: int) -> None:
    """A member did it on the local ``day``.

    >>> table = {}
    >>> for day in (7, 9, 8, 7):
    ...     touch(table, "m1", day)
    >>> [count(table["m1"], 9, days) for days in (1, 2, 3, 7)]
    [1, 2, 3, 3]
    """
    known = table.get(member)
    if known is None:
        table[member] = day << DAYS | 1
        return
    newest = known >> DAYS
    if day > newest:
        table[member] = day << DAYS | ((known & _MASK) << min(day - newest, DAYS) & _MASK) | 1
    elif newest - day < DAYS:
        table[member] = known | 1 << newest - day


def count(known: int, day: int, days: int) -> int:
    """On how many of the ``days`` up to and with ``day`` it was done; none of them may be later than ``day``."""
    back = days - (day - (known >> DAYS))
    return (known & (1 << back) - 1 & _MASK).bit_count() if back > 0 else 0


def since_day(table: Table, day: int) -> set[str]:
    """Members who did it on ``day`` or later."""
    first = day << DAYS
    return {member for member, known in table.items() if known >= first}


def prune(table: Table, day: int) -> Table:
    """Those of whom anything is left at ``day``."""
    oldest = day - DAYS + 1 << DAYS
    if not table or min(table.values()) >= oldest:
        return table
    return {member: known for member, known in table.items() if known >= oldest}
