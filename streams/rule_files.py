"""Rule files where they lie: those that are shipped, those at a path, and those that one of them extends."""

from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Final

import yaml

from models.rules.composing import compose
from models.rules.parts import Part, joined
from models.rules.reading import Reader

SHIPPED: Final = ("default", "full", "frequent", "seldom", "knowledge", "live", "goods")
"""Rule files that are shipped, by the name that `QUNPULSE_RULES`, or `extends` in a file, may give instead of a path."""


def shipped_rules(name: str = "default") -> tuple[str, str]:
    """Text and name of a rule file that is shipped, with those that it extends."""
    return rules_text(Path(name))


def rules_text(path: Path | None) -> tuple[str, str]:
    """Text and name of the rule file at a path, or of a shipped one by its bare name; none is the default one.

    What the file extends stands in front of it in the text.

    Raises:
        models.rules.RuleError: what it extends cannot be had; the text names file and line.
        OSError: the file cannot be read.
    """
    path = Path("default") if path is None else path
    own = _part(path)
    parts, places = [own], [_place(path)]
    while (node := _extends(parts[0])) is not None:
        reader, base = Reader(parts[0].name), _base(str(node.value), path)
        place = _place(base)
        if place in places:
            raise reader.error(
                node, f"files extend each other in a circle: {node.value!r} leads back to itself"
            )
        try:
            parts.insert(0, _part(base))
        except OSError as error:
            near = get_close_matches(str(node.value), SHIPPED, n=1, cutoff=0.0)[0]
            why = error.strerror or "it cannot be read"
            raise reader.error(node, f"cannot extend {node.value!r}: {why}; shipped is {near!r}") from None
        places.append(place)
        path = base
    return joined(parts), own.name


def _extends(part: Part) -> yaml.Node | None:
    """The name of what a file extends. What is wrong with the file otherwise is told when it is compiled."""
    try:
        root = compose(part.text)
    except yaml.YAMLError:
        return None
    if not isinstance(root, yaml.MappingNode):
        return None
    found = [value for key, value in root.value if key.value == "extends"]
    return found[0] if found and isinstance(found[0], yaml.ScalarNode) and found[0].value else None


def _base(name: str, path: Path) -> Path:
    """A shipped file by its name, or one beside the file that extends it."""
    return Path(name) if name in SHIPPED else path.parent / name


def _place(path: Path) -> str:
    return str(path) if str(path) in SHIPPED else str(path.resolve())


def _part(path: Path) -> Part:
    if str(path) in SHIPPED:
        return Part(f"{path}.yaml", files("models.rules").joinpath(f"{path}.yaml").read_text("utf-8"))
    return Part(str(path), path.read_text("utf-8"))
