"""What the features of tastes say: events in, values out, whatever the order of arrival."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from models.features import BY_ID
from models.frame import Frame
from models.members import Members
from tests.models.test_examples import NOON, events, offset

EXAMPLES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "values" / "tastes.yaml").read_text("utf-8")
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["about"])
def test_events_in_values_out(members: Members, frame: Frame, example: dict[str, Any]) -> None:
    everything = events(example)
    for moment, wanted in example["at"].items():
        at = NOON + offset(moment)
        seen = [event for event in everything if event.at <= at]
        for arriving in (seen, seen[::-1]):
            state = members.initial("default", "m")
            for number, event in enumerate(arriving):
                members.fold(state, event, 0, number)
            found = {name: BY_ID[name].value(state, at, frame) for name in wanted}
            assert found == {
                name: pytest.approx(value) if isinstance(value, float) else value
                for name, value in wanted.items()
            }
