"""The table of topics is whole and consistent."""

import re

from schemas.events import CONTRACTS
from schemas.facts import FACTS
from schemas.rows import KINDS, Rows
from schemas.topics import TOPICS, full_name

BY_NAME = {topic.name: topic for topic in TOPICS}


def test_names_are_unique_and_fit_for_a_broker() -> None:
    assert len(BY_NAME) == len(TOPICS)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in BY_NAME)


def test_each_kind_has_its_input() -> None:
    inputs = [topic for topic in TOPICS if topic.role == "input"]
    assert tuple(topic.name for topic in inputs) == KINDS == tuple(CONTRACTS)
    assert all(topic.contract == CONTRACTS[topic.name] for topic in inputs)


def test_each_fact_has_its_output() -> None:
    outputs = [topic for topic in TOPICS if topic.role == "output"]
    assert {topic.contract for topic in outputs} == set(FACTS.values())
    assert {topic.name for topic in outputs} == {
        "tag-changes",
        "member-profiles",
        "group-stats",
        "alerts",
        "dead-letters",
    }


def test_internal_topics_carry_rows_and_states_have_one_owner() -> None:
    assert all(topic.contract is Rows for topic in TOPICS if topic.role == "internal")
    states = [topic for topic in TOPICS if topic.role == "state" and topic.name != "rules"]
    assert all(topic.written_by == topic.read_by for topic in states)


def test_what_is_compacted_does_not_expire_and_the_rest_does() -> None:
    assert {topic.name for topic in TOPICS if topic.cleanup == "compact"} == {
        "member-profiles",
        "members-state",
        "groups-state",
        "notify-state",
        "rules",
    }
    assert all((topic.retention_ms is None) == (topic.cleanup == "compact") for topic in TOPICS)


def test_every_cell_is_filled() -> None:
    for topic in TOPICS:
        assert all((topic.key, topic.contract, topic.written_by, topic.read_by, topic.description))


def test_a_full_name_is_prefix_and_name() -> None:
    assert full_name("qunpulse.", "chat") == "qunpulse.chat"
