"""Rules that ask views: what they say, how they are refused, and what versions of them differ in."""

import pytest

from models.calendar import Calendar
from models.members import Members
from models.params import MemberParams
from models.rules import RuleError, compile_rules
from models.rules.difference import Change, difference
from schemas.member_views import Limit, Question
from schemas.view import Event

NOON = 1_767_585_600_000

GOOD = """\
version: 1
rules:
  - id: referrer
    name: {zh: 推荐人, en: Referrer}
    class: role
    view: inviters
    member: member_id
    when: {all: [{column: invitees_90, at_least: 2}, {column: net_fen_90, above: 0}]}
    until: {column: invitees_90, below: 1}
    by_hand: yields
    source: M31
  - {id: thanked, name: {zh: 感谢, en: Thanked}, class: role, source: own, when: {tag: referrer}}
"""


def test_a_rule_may_ask_a_view() -> None:
    rules = compile_rules(GOOD, "mine.yaml")
    ((one,), (thanked,)) = rules.views, rules.rules
    many = (Limit("invitees_90", "at_least", 2), Limit("net_fen_90", "above", 0))
    assert one.ask == Question("inviters", "member_id", many, (Limit("invitees_90", "below", 1),))
    assert (one.by_hand, thanked.tags) == ("yields", {"referrer"})
    assert rules.names["referrer"].zh == "推荐人"
    names = {id_: name.en for id_, name in one.names.items()}
    assert names["inviters.invitees_90"] == "members invited with success in 90 days"


@pytest.mark.parametrize(
    ("right", "wrong", "where", "what"),
    [
        ("view: inviters", "view: inviter", "6:11", "unknown view 'inviter'; did you mean 'inviters'?"),
        ("member: member_id", "member: id", "7:13", "unknown column of members 'id'; did you mean 'member_id'?"),
        ("column: invitees_90, at", "column: invitees_9, at", "8:27", "did you mean 'invitees_90'?"),
        ("at_least: 2", "atleast: 2", "8:40", "unknown key 'atleast'; did you mean 'at_least'?"),
        ("at_least: 2", "is: 2", "8:18", "invitees_90 is a number; use at_least or above or at_most or below, not is"),
        ("at_least: 2", "at_least: two", "8:50", "'two' is no number"),
        ("at_least: 2", "at_least: 2, below: 9", "8:18", "compare invitees_90 once, with one of at_least, above"),
        ("when: {all:", "when: {any:", "8:12", "unknown key 'any'"),
        ("column: invitees_90, below: 1", "feature: orders, below: 1", "9:13", "unknown key 'feature'"),
        ("{column: invitees_90, below: 1}", "{below: 1}", "9:12", "a tag of a view compares with `column`"),
        ("until: {column: invitees_90, below: 1}", "until: {all: []}", "9:12", "all of nothing"),
        ("by_hand: yields", "by_hand: yield", "10:14", "did you mean 'yields'?"),
        ("by_hand: yields", "grace: 7d", "10:5", "unknown key 'grace'"),
        ("{tag: referrer}", "{tag: refer}", "12:86", "unknown tag 'refer'; did you mean 'referrer'?"),
    ],
)  # fmt: skip
def test_errors_name_file_place_and_word(right: str, wrong: str, where: str, what: str) -> None:
    assert right in GOOD
    with pytest.raises(RuleError) as caught:
        compile_rules(GOOD.replace(right, wrong, 1), "mine.yaml")
    assert str(caught.value).startswith(f"mine.yaml:{where}: ")
    assert what in str(caught.value)


def test_versions_differ_in_what_they_ask() -> None:
    before = compile_rules(GOOD, "a.yaml")
    (changed,) = difference(before, compile_rules(GOOD.replace("above: 0", "above: 5"), "b.yaml"))
    first = "inviters.invitees_90 ≥ 2 and inviters.net_fen_90 > "
    assert (changed.tag, changed.decides) == ("referrer", True)
    assert changed.changes == (Change("when", f"{first}0", f"{first}5"),)
    asks_none = GOOD.replace("    view: inviters\n    member: member_id\n", "").replace(
        "    by_hand: yields\n", ""
    )
    when, until = asks_none.index("    when:"), asks_none.index("    source: M31")
    asks_none = asks_none[:when] + "    when: {feature: orders, at_least: 1}\n" + asks_none[until:]
    (other,) = difference(before, compile_rules(asks_none, "c.yaml"))
    assert {change.part for change in other.changes} >= {"when", "until", "member", "by_hand"}


def test_a_file_may_be_without_a_tag_of_a_view() -> None:
    own = "extends: base\nwithout: [referrer]\nversion: 1\nrules: []\n"
    text = f"--- # file: base.yaml\n{GOOD[: GOOD.index('  - {id: thanked')]}--- # file: own.yaml\n{own}"
    assert compile_rules(text, "own.yaml").names == {}


def test_a_tag_that_a_rule_decided_is_left_when_a_view_is_to_decide_it() -> None:
    rule = "{id: referrer, name: {zh: 甲, en: A}, class: c, source: own, when: {count: message, at_least: 1}}"
    by_rule = f"version: 1\nrules:\n  - {rule}\n"
    first = Members(MemberParams(), compile_rules(by_rule, "a.yaml"), Calendar())
    second = Members(
        MemberParams(), compile_rules(GOOD.replace("version: 1", "version: 2"), "b.yaml"), Calendar()
    )
    state = first.initial("default", "m")
    for offset, (members, change) in enumerate(((first, "entered"), (second, "left"))):
        event = Event(event_id=f"e{offset}", kind="chat", type="message", ts=NOON + offset, member_id="m")
        members.fold(state, event, 0, offset)
        told = members.judge(state, NOON + offset, "event", event)
        assert ("referrer", change) in [(one.tag, one.change) for one in told]
    assert state.on == {}
