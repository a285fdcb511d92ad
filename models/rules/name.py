"""What a tag is called."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A name in Chinese and in English."""

    zh: str
    en: str
