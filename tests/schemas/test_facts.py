"""Facts: their keys, their identities, and the fast way to make and write them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.base import Fact
from schemas.example_files import facts
from schemas.facts import FACTS, GroupStats, MemberProfile, TagChange, to_json
from schemas.fields import BrandId


def fact(name: str, **changes: Any) -> Fact:
    raw = next(found.raw for found in facts() if found.name == name)
    return FACTS[name].model_validate({**json.loads(raw), **changes})


@pytest.mark.parametrize(
    ("name", "key", "identity"),
    [
        (
            "tag-change",
            b"tea-house|m-1024",
            ("tea-house", "m-1024", "activity.active", 1767603600000, "entered"),
        ),
        ("member-profile", b"tea-house|m-1024", ("tea-house", "m-1024")),
        ("group-stats", b"tea-house|g-0318", ("tea-house", "g-0318", 1767603600000, 3600, 0)),
        ("alert", b"tea-house|g-0318", ("churn_spike-tea-house-g-0318-1767603600000",)),
        ("dead-letter", b"qunpulse.order|3|120034", ("qunpulse.order", 3, 120034)),
    ],
)
def test_key_and_identity(name: str, key: bytes, identity: tuple[str | int, ...]) -> None:
    assert fact(name).key() == key
    assert fact(name).identity == identity


@settings(deadline=None, max_examples=200)
@given(
    one=st.tuples(
        st.from_regex(r"[^|\x00-\x1f]{1,4}", fullmatch=True), st.text("ab|", min_size=1, max_size=4)
    ),
    two=st.tuples(st.text("ab", min_size=1, max_size=4), st.text("ab|", min_size=1, max_size=4)),
)
def test_two_members_never_share_a_key(one: tuple[str, str], two: tuple[str, str]) -> None:
    keys = {fact("member-profile", brand_id=brand, member_id=member).key() for brand, member in (one, two)}
    assert len(keys) == len({one, two})


@pytest.mark.parametrize("brand", ["a|b", "a\x1fb", "a\n", "", "|", "x" * 129])
def test_a_brand_without_a_safe_key_is_refused(brand: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(BrandId).validate_python(brand)


@pytest.mark.parametrize("name", FACTS)
def test_the_fast_way_gives_the_same_fact_and_the_same_bytes(name: str) -> None:
    checked = fact(name)
    values = {field: getattr(checked, field) for field in type(checked).model_fields}
    fast = type(checked).model_construct(**dict(reversed(values.items())))
    assert fast == checked
    assert to_json(fast) == to_json(checked) == checked.model_dump_json().encode()
    assert hash(fast.key()) == hash(checked.key())


def test_the_fast_way_fills_in_defaults_and_checks_names() -> None:
    values = fact("group-stats").model_dump(exclude={"schema_version", "part"})
    assert GroupStats.model_construct(**values) == fact("group-stats")
    with pytest.raises(TypeError, match="members"):
        GroupStats.model_construct(**{name: value for name, value in values.items() if name != "members"})
    with pytest.raises(TypeError, match="mood"):
        GroupStats.model_construct(**values, mood=1)


def test_writers_are_closed_and_facts_are_frozen() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        fact("alert", mood=1)
    with pytest.raises(ValidationError, match="frozen"):
        fact("alert").text_en = "other"  # type: ignore[attr-defined]


def test_evidence_may_hold_any_plain_value() -> None:
    evidence = {"a": 1, "b": 0.5, "c": "高", "d": True, "e": None}
    change = fact("tag-change", evidence=evidence)
    assert isinstance(change, TagChange)
    assert json.loads(to_json(change))["evidence"] == evidence


@pytest.mark.parametrize("field", ["p_alive", "churn_risk"])
@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_probabilities_are_probabilities(field: str, value: float) -> None:
    with pytest.raises(ValidationError):
        fact("member-profile", **{field: value})


def test_every_fact_says_what_it_is_called() -> None:
    assert set(FACTS.values()) == set(Fact.__subclasses__())
    assert MemberProfile.model_fields["schema_version"].default == 1
