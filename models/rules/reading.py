"""Reading YAML nodes with their places, so that an error can point at the word."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Final

import yaml

from models.rules.composing import compose

_INT: Final = "tag:yaml.org,2002:int"
_FLOAT: Final = "tag:yaml.org,2002:float"
_BOOL: Final = "tag:yaml.org,2002:bool"


class RuleError(ValueError):
    """What is wrong with a rule file, and where; line and column count from 1."""

    def __init__(self, name: str, line: int, column: int, what: str) -> None:
        super().__init__(f"{name}:{line}:{column}: {what}")
        self.name = name
        self.line = line
        self.column = column
        self.what = what


class Reader:
    """Takes nodes of one file for what they must be, or says where they are not."""

    def __init__(self, name: str) -> None:
        self._file = name

    def compose(self, text: str) -> yaml.Node:
        """Root of the file."""
        try:
            root = compose(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise RuleError(self._file, line, column, error.problem or "no YAML") from None
        except yaml.YAMLError as error:
            raise RuleError(self._file, 1, 1, str(error).splitlines()[0]) from None
        if root is None:
            raise RuleError(self._file, 1, 1, "the file is empty")
        return root

    def error(self, node: yaml.Node, what: str) -> RuleError:
        """Error at the place of a node."""
        return RuleError(self._file, node.start_mark.line + 1, node.start_mark.column + 1, what)

    def mapping(
        self, node: yaml.Node, known: Collection[str] | None = None, needed: Iterable[str] = ()
    ) -> dict[str, yaml.Node]:
        """Entries by key; ``known`` keys only, if given, and all that are ``needed``."""
        if not isinstance(node, yaml.MappingNode):
            raise self.error(node, "expected a mapping (key: value)")
        entries: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = self.text(key_node)
            if known is not None:
                self.word(key_node, "key", known)
            if key in entries:
                raise self.error(key_node, f"{key!r} is given twice")
            entries[key] = value
        for key in needed:
            if key not in entries:
                raise self.error(node, f"{key!r} is missing")
        return entries

    def sequence(self, node: yaml.Node) -> list[yaml.Node]:
        """Items of a list."""
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(node, "expected a list")
        return list(node.value)

    def text(self, node: yaml.Node) -> str:
        """Text as it is written; not empty."""
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            raise self.error(node, "expected text")
        return str(node.value)

    def word(self, node: yaml.Node, what: str, known: Iterable[str]) -> str:
        """One of the known words."""
        word, words = self.text(node), list(known)
        if word in words:
            return word
        near = get_close_matches(word, words, n=1, cutoff=0.0)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise self.error(node, f"unknown {what} {word!r}{hint}")

    def number(self, node: yaml.Node) -> float | int:
        """A finite number."""
        text = self.text(node).replace("_", "")
        try:
            if node.tag == _INT:
                return int(text)
            if node.tag == _FLOAT and abs(float(text)) < float("inf"):
                return float(text)
        except ValueError:
            pass
        raise self.error(node, f"{self.text(node)!r} is no number")

    def integer(self, node: yaml.Node, least: int) -> int:
        """A whole number, not below ``least``."""
        number = self.number(node)
        if not isinstance(number, int) or number < least:
            raise self.error(node, f"expected a whole number of at least {least}, not {self.text(node)!r}")
        return number

    def flag(self, node: yaml.Node) -> bool:
        """Yes or no."""
        if node.tag != _BOOL:
            raise self.error(node, f"expected true or false, not {self.text(node)!r}")
        return self.text(node).lower() in ("true", "yes", "on")
