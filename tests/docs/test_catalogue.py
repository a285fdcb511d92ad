"""The declaration of the catalogue is whole, and names nothing that there is not."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "docs"))

from checks import catalogue  # noqa: E402
from checks.catalogue import Row  # noqa: E402


@pytest.fixture
def rows() -> dict[str, list[Row]]:
    return {name: catalogue.read_rows(name) for name in catalogue.FILES}


def test_every_row_is_there_and_names_what_there_is(rows: dict[str, list[Row]]) -> None:
    assert sum(map(len, rows.values())) == 245 + 95 + 23
    assert list(catalogue.wrong(rows)) == []


def test_a_row_that_is_missing_or_wrong_is_named(rows: dict[str, list[Row]]) -> None:
    rows["tags"].pop(2)
    rows["models"][0] = replace(rows["models"][0], by=["r_day"])
    rows["models"][1] = replace(rows["models"][1], made_from=["payed"])
    rows["models"][3] = replace(rows["models"][3], reason="later.laziness")
    assert set(catalogue.wrong(rows)) == {
        "tags.yaml: T03 is missing",
        "M01: no tag, feature or column 'r_day'",
        "M02: no event type 'payed'",
        "M04: reasons.yaml has no later.laziness",
    }


def test_a_row_with_no_reason_is_served(rows: dict[str, list[Row]]) -> None:
    for row in (one for of_file in rows.values() for one in of_file):
        assert (row.status == "served") == (row.reason is None)
        assert bool(row.by) == (row.status in ("served", "partly served"))
