"""What the tests of the members' decisions share."""

from pathlib import Path

import pytest

import models.rules
from models.calendar import Calendar
from models.frame import Frame
from models.members import Members
from models.params import MemberParams
from models.rules import RuleSet, compile_rules


@pytest.fixture(scope="session")
def rules() -> RuleSet:
    """The rules that are in use unless others are named."""
    return shipped("default")


@pytest.fixture(scope="session")
def all_rules() -> RuleSet:
    """All rules that are shipped."""
    return shipped("full")


def shipped(name: str) -> RuleSet:
    path = Path(models.rules.__file__).with_name(f"{name}.yaml")
    return compile_rules(path.read_text("utf-8"), path.name)


@pytest.fixture(scope="session")
def members(all_rules: RuleSet) -> Members:
    return Members(MemberParams(), all_rules, Calendar("Asia/Shanghai"))


@pytest.fixture(scope="session")
def frame() -> Frame:
    return Frame(MemberParams(), Calendar("Asia/Shanghai"))
