"""A set of days, in which the order of adding leaves no trace."""

from collections.abc import Iterable, Iterator


class DaySet:
    """Day numbers as the bits of one integer; bit 0 is the day ``base``.

    Days may be added late or twice: the set is the same, and so is everything read from it (A10).
    """

    __slots__ = ("base", "bits", "last")

    base: int
    bits: int
    last: int | None
    """Latest day of the set."""

    def __init__(self, days: Iterable[int] = ()) -> None:
        self.base = 0
        self.bits = 0
        self.last = None
        for day in days:
            self.add(day)

    @classmethod
    def of_bits(cls, base: int, bits: int) -> "DaySet":
        """Set of the days ``base + i`` for each bit ``i`` of ``bits``."""
        days = cls()
        days.base, days.bits = base, bits
        days.last = base + bits.bit_length() - 1 if bits else None
        return days

    def add(self, day: int) -> bool:
        """Add a day; whether it is new."""
        if self.last is None:
            self.base, self.bits, self.last = day, 1, day
            return True
        shift = day - self.base
        if shift < 0:
            self.bits = self.bits << -shift | 1
            self.base = day
            return True
        if self.bits >> shift & 1:
            return False
        self.bits |= 1 << shift
        self.last = max(self.last, day)
        return True

    def __contains__(self, day: int) -> bool:
        return day >= self.base and bool(self.bits >> (day - self.base) & 1)

    def __iter__(self) -> Iterator[int]:
        """Days, latest first."""
        bits = self.bits
        while bits:
            top = bits.bit_length() - 1
            yield self.base + top
            bits ^= 1 << top

    def __len__(self) -> int:
        return self.bits.bit_count()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DaySet) and (self.base, self.bits) == (other.base, other.bits)

    __hash__ = None  # type: ignore[assignment]  # it can be added to

    def latest(self, rank: int) -> int:
        """The so-manieth latest day: 1 is the last one. There must be so many."""
        bits = self.bits
        for _ in range(rank - 1):
            bits ^= 1 << bits.bit_length() - 1
        return self.base + bits.bit_length() - 1

    def first(self) -> int | None:
        """Earliest day."""
        return self.base if self.bits else None

    def count(self, since: int, until: int) -> int:
        """Number of days from ``since`` to ``until``, both included."""
        low = max(since - self.base, 0)
        width = until - self.base + 1 - low
        return (self.bits >> low & ((1 << width) - 1)).bit_count() if width > 0 else 0

    def after(self, day: int) -> int:
        """The days after ``day`` as bits: bit 0 is the next one."""
        shift = day + 1 - self.base
        return self.bits >> shift if shift >= 0 else self.bits << -shift

    def next_expiry(self, today: int, window: int) -> int | None:
        """First day on which the last ``window`` days hold one day less than today's; none if they hold none."""
        low = max(today - window + 1 - self.base, 0)
        rest = self.bits >> low
        if not rest:
            return None
        oldest = self.base + low + (rest & -rest).bit_length() - 1
        return oldest + window

    def run(self, today: int) -> int:
        """Days in a row up to today or yesterday; 0 once a whole day has passed without one (A10)."""
        if self.last is None or self.last < today - 1:
            return 0
        bits = self.bits
        top = bits.bit_length()
        return top - (~bits & ((1 << top) - 1)).bit_length()

    def longest_run(self) -> int:
        """Most days in a row, ever; takes as many steps as that has days."""
        bits, length = self.bits, 0
        while bits:
            bits &= bits << 1
            length += 1
        return length

    def gaps(self, most: int) -> list[int]:
        """Days between neighbours, the latest gap first, at most ``most`` of them."""
        gaps: list[int] = []
        bits = self.bits
        later = bits.bit_length()
        if later:
            bits ^= 1 << later - 1
        while bits and most > 0:
            length = bits.bit_length()
            gaps.append(later - length)
            bits ^= 1 << length - 1
            later = length
            most -= 1
        return gaps
