"""Dear goods: a price for each category, with one for all others; cut points of prices."""

import json
from typing import Any

import pytest

from models.calendar import Calendar
from models.frame import Frame
from models.members import Members
from models.params import MemberParams
from models.rules import RuleError, compile_rules
from schemas.rows import Row
from streams.cuts import measure, rewritten
from tests.models.test_examples import NOON, events, offset

TEXT = """\
version: 1
cuts:
  - {price: tea, days: 365, quantile: 0.9, value: &tea 1}
  - {price: "*", days: 30, quantile: 0.5, value: &any 1}
rules:
  - {id: a, name: {zh: 甲, en: A}, class: c, source: M07, when: {dear: {tea: *tea, "*": *any}, days: 365, at_least: 0.5}}
  - {id: b, name: {zh: 乙, en: B}, class: c, source: M07, when: {dear: {rice: 500}, days: 30, above: 0}}
  - {id: c, name: {zh: 丙, en: C}, class: c, source: M07, when: {dear: {rice: 501}, days: 30, above: 0}}
  - {id: d, name: {zh: 丁, en: D}, class: c, source: M07, when: {price: oil, days: 30, at_least: 7}}
"""


def line(category: str | None, price: int, qty: int = 1) -> dict[str, Any]:
    return {"category": category, "unit_fen": price, "qty": qty}


def test_each_category_has_its_price() -> None:
    rules = compile_rules(TEXT.replace("&tea 1", "&tea 900").replace("&any 1", "&any 300"), "a.yaml")
    members, frame = (
        Members(MemberParams(), rules, Calendar("Asia/Shanghai")),
        Frame(MemberParams(), Calendar("Asia/Shanghai")),
    )
    a, b, c, d = (one for rule in rules.rules for one in rule.features)
    history = events(
        {
            "events": [
                {
                    "at": "0d",
                    "type": "paid",
                    "lines": [line("tea", 899, 2), line("tea", 900), line("rice", 500)],
                },
                {
                    "at": "1d",
                    "type": "paid",
                    "lines": [line("oil", 300, 3), line(None, 7000), line("oil", 6, 0)],
                },
            ]
        }
    )
    wanted = {
        "0d": (1400 / 3198, 500 / 3198, 0.0, None),
        "1d": (2300 / 11_098, 500 / 11_098, 0.0, 300),
        "30d": (2300 / 11_098, 0.0, 0.0, 300),
        "31d": (2300 / 11_098, None, None, None),
        "365d": (900 / 7900, None, None, None),
    }
    for moment, values in wanted.items():
        at = NOON + offset(moment)
        for order in (history, history[::-1]):
            state = members.initial("default", "m")
            for number, event in enumerate(one for one in order if one.at <= at):
                members.fold(state, event, 0, number)
            assert tuple(one.value(state, at, frame) for one in (a, b, c, d)) == pytest.approx(values), moment
    assert [one.id for one in (a, b, c, d)] == [
        "dear(365d)",
        "dear(30d,rice=500)",
        "dear(30d,rice=501)",
        "price(oil,30d)",
    ]


def test_a_cut_of_prices_is_one_of_all_that_members_paid() -> None:
    def paid(member: int, number: int, lines: list[dict[str, Any]]) -> Row:
        raw = {
            "event_id": f"e{number}", "kind": "order", "type": "paid", "order_id": f"o{number}", "paid_fen": 1, "ts": NOON,
            "member_id": f"m{member}", "lines": lines,
        }  # fmt: skip
        return Row(0, number, NOON, NOON, json.dumps(raw).encode())

    rules = compile_rules(TEXT, "a.yaml")
    pages = [[paid(n, n, [line("tea", n), line("tea", 100 + n), line("rice", 1000)]) for n in range(1, 21)]]
    found = measure(pages, rules, MemberParams(), Calendar("UTC"))
    assert [(one.value, one.members, len(one.values)) for one in found] == [(116, 20, 40), (110, 20, 60)]
    assert "&tea 116" in rewritten(TEXT, found)
    few = measure([pages[0][:19]], rules, MemberParams(), Calendar("UTC"))
    assert [one.value for one in few] == [1, 1]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("{dear: {}, days: 30, above: 0}", "name a price for some category"),
        ("{dear: {tea: much}, days: 30, above: 0}", "is no number"),
        ("{dear: {tea: 1}, above: 0}", "'days' is missing"),
        ("{price: tea, days: 900, above: 0}", "is kept for 366 days"),
    ],
)
def test_what_is_wrong_is_named(wrong: str, said: str) -> None:
    rule = f"  - {{id: a, name: {{zh: 甲, en: A}}, class: c, source: M07, when: {wrong}}}"
    with pytest.raises(RuleError, match=said):
        compile_rules(f"version: 1\nrules:\n{rule}\n", "a.yaml")
