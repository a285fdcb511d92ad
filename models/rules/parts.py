"""A rule file and those that it extends as one text, so that it can be sent and stored whole.

Each part stands below a line that names it, the file that is extended by all others first. A text without such a line is one
part. YAML takes the parts for documents of one stream.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_HEAD: Final = "--- # file: "
_head = re.compile(rf"^{re.escape(_HEAD)}(.*)\n", re.MULTILINE)


class Part(NamedTuple):
    """One file of a text."""

    name: str
    text: str


def split(text: str, name: str) -> list[Part]:
    """Parts of a text, the file itself last; ``name`` is that of a text which is one part."""
    if not text.startswith(_HEAD):
        return [Part(name, text)]
    _, *found = _head.split(text)
    return [Part(*found[at : at + 2]) for at in range(0, len(found), 2)]


def joined(parts: Sequence[Part]) -> str:
    """Parts as one text.

    >>> split(joined([Part("a.yaml", "version: 1"), Part("b.yaml", "version: 2")]), "") == [
    ...     Part("a.yaml", "version: 1\\n"), Part("b.yaml", "version: 2\\n")]
    True
    """
    if len(parts) == 1:
        return parts[0].text
    return "".join(f"{_HEAD}{one.name}\n{one.text.rstrip()}\n" for one in parts)
