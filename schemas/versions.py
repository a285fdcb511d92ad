"""Bytes that carry the version of their format, and what to say when it is a later one."""

from typing import Self


class FormatVersionError(ValueError):
    """Bytes of a format that this version of the program does not read.

    Nothing is guessed: the process ends with these words, and nothing is written over what it cannot read.
    """

    @classmethod
    def of(cls, what: str, found: int, known: int) -> Self:
        """The error that names both versions."""
        return cls(
            f"{what} of version {found}, this program reads up to version {known}: run the version of QunPulse that "
            "wrote it, or a later one"
        )
