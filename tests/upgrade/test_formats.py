"""Whoever changes a format raises its version and adds golden files; no version ever means two shapes.

What to do when the first test fails: raise the version of the format that it names, let ``restore`` read the one before,
and run ``./run python -m tests.upgrade.make tests/upgrade/golden/N`` with the next N. Folder 1 is of version 0.1.0; the one
behind the last release may be deleted and made anew until that is released.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.upgrade.formats import formats, print_of, shape

RELEASES = sorted((Path(__file__).parent / "golden").iterdir(), key=lambda path: int(path.name))


def recorded(release: Path) -> dict[str, dict[str, Any]]:
    told: dict[str, dict[str, Any]] = json.loads((release / "formats.json").read_text("utf-8"))
    return told


@pytest.mark.parametrize("name", formats())
def test_todays_format_is_the_one_of_the_newest_golden_files(name: str) -> None:
    assert recorded(RELEASES[-1]).get(name) == formats()[name], f"{name}: see the head of this file"


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_a_version_means_one_shape(release: Path) -> None:
    today = formats()
    for name, then in recorded(release).items():
        assert then["version"] <= today[name]["version"], name
        if then["version"] == today[name]["version"]:
            assert then["print"] == today[name]["print"], name


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_a_released_migration_is_never_edited(release: Path) -> None:
    today = formats()["store"]["print"]
    for file, then in recorded(release)["store"]["print"].items():
        assert today[file] == then, file


def test_no_two_migrations_have_one_number() -> None:
    numbers = [file[:4] for file in formats()["store"]["print"]]
    assert len(numbers) == len(set(numbers))


def test_a_print_sees_a_field_its_type_and_its_order() -> None:
    def told(*fields: Any) -> str:
        return print_of(shape(msgspec.inspect.type_info(msgspec.defstruct("State", fields, array_like=True))))

    first = told(("a", int), ("b", str))
    assert first == told(("a", int), ("b", str))
    others = {
        told(("b", str), ("a", int)),
        told(("a", int), ("b", int)),
        told(("a", int), ("c", str)),
        told(("a", int)),
    }
    assert first not in others
    assert len(others) == 4
