"""What needs no store: identities, pauses, addresses, error codes, declared columns."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.facts import FACTS
from sinks.clickhouse.backoff import CEILING, backoff
from sinks.clickhouse.batch import Batch
from sinks.clickhouse.codes import reaction
from sinks.clickhouse.driver import DriverEngine
from sinks.clickhouse.dsn import parse_dsn
from sinks.clickhouse.insert import MAX_ROWS, checked_rows
from sinks.clickhouse.migrate import checked_name
from sinks.clickhouse.tables import ORIGIN, TABLES
from sinks.errors import InsertRefused, SinkMisconfigured, SinkUnavailable

ROWS = ((b"a", "t", 0, 1), (b"b", "t", 0, 2), (b"b", "t", 0, 2))
BATCH = Batch("events", "log", "t", 3, 10, 12, ROWS)


def test_a_token_is_a_function_of_the_batch() -> None:
    assert BATCH.token == "v1:events:log:t:3:10-12:989545bb"
    assert replace(BATCH).token == BATCH.token


@pytest.mark.parametrize(
    "change",
    [
        {"table": "alerts"},
        {"log_id": "other"},
        {"topic": "u"},
        {"partition": 4},
        {"first": 9},
        {"last": 13},
        {"rows": ROWS[:2]},
        {"start": 1},
    ],
)
def test_whatever_differs_gives_another_token(change: dict[str, object]) -> None:
    assert replace(BATCH, **change).token != BATCH.token  # type: ignore[arg-type]


@given(st.integers(1, 200))
def test_halves_make_up_the_whole_and_have_their_own_tokens(count: int) -> None:
    batch = Batch("events", "log", "t", 0, 0, 0, ((b"same", "t", 0, 0),) * count)
    tokens, todo, singles = {batch.token}, [batch], 0
    while todo:
        part = todo.pop()
        if len(part.rows) == 1:
            singles += 1
            continue
        for half in part.halves():
            assert half.token not in tokens
            tokens.add(half.token)
            todo.append(half)
    assert singles == count


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True), st.floats(0.1, 30))
def test_a_pause_is_bounded(attempt: int, jitter: float, retry_after: float) -> None:
    pause = backoff(attempt, jitter, retry_after)
    assert retry_after / 2 <= pause <= CEILING
    assert backoff(attempt + 1, jitter, retry_after) >= pause


@pytest.mark.parametrize("code", [192, 193, 194, 516, 16, 47, 60, 81, 497])
def test_faults_of_the_set_up(code: int) -> None:
    assert isinstance(reaction(code, "DB::Exception: x"), SinkMisconfigured)


@pytest.mark.parametrize(
    ("code", "pause"), [(252, 10), (242, 10), (241, 5), (202, 2), (159, 5), (395, 1), (1002, 1)]
)
def test_what_passes(code: int, pause: float) -> None:
    error = reaction(code, "DB::Exception: x. Stack trace:\n0. y")
    assert isinstance(error, SinkUnavailable)
    assert error.retry_after == pause
    assert str(error) == f"code {code}: DB::Exception: x."


@pytest.mark.parametrize(("code", "own"), [(395, True), (117, False), (53, False)])
def test_faults_of_the_rows(code: int, own: bool) -> None:
    error = reaction(code, "DB::Exception: row refused: no id: while executing 'f'")
    assert isinstance(error, InsertRefused)
    assert error.own is own


def test_an_address_is_read_whole() -> None:
    dsn = parse_dsn(
        "clickhouse://%E7%94%A8:p%40ss%3A%2F@ch.example:9001/mine?secure=1&verify=0&connect_timeout=2.5"
    )
    assert (dsn.user, dsn.password, dsn.host, dsn.port, dsn.database) == (
        "用",
        "p@ss:/",
        "ch.example",
        9001,
        "mine",
    )
    assert (dsn.secure, dsn.verify, dsn.connect_timeout, dsn.send_receive_timeout) == (True, False, 2.5, 60.0)
    assert "p@ss" not in repr(dsn) + dsn.place


def test_an_address_has_defaults() -> None:
    dsn = parse_dsn("clickhouse://localhost")
    assert (dsn.user, dsn.password, dsn.port, dsn.database) == ("default", "", 9000, "qunpulse")
    assert parse_dsn("clickhouses://localhost").port == 9440
    assert parse_dsn("clickhouse://[::1]:9000/qp").host == "::1"


@pytest.mark.parametrize(
    "text",
    [
        "http://u:hidden@h/qp",
        "clickhouse://u:hidden@/qp",
        "clickhouse://u:hid/den@h:9000/qp",
        "clickhouse://u:hidden@h:port/qp",
        "clickhouse://u:hidden@h:99999/qp",
        "clickhouse://u:hidden@h/qp?sekure=1",
        "clickhouse://u:hidden@h/qp?secure=maybe",
        "clickhouse://u:hidden@h/qp?connect_timeout=-1",
        "clickhouse://u:hidden@h/qp?connect_timeout=nan",
        "clickhouse://u:hidden@h/qp;drop",
        "",
    ],
)
def test_a_bad_address_is_refused_without_the_password(text: str) -> None:
    with pytest.raises(SinkMisconfigured) as caught:
        DriverEngine(text)
    assert "hid" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "a b", "q;--", "1a", "a.b", "`q`", "ü"])
def test_a_database_name_is_an_identifier(name: str) -> None:
    with pytest.raises(SinkMisconfigured):
        checked_name(name)


@pytest.mark.parametrize("name", ["t", "p", "u", "tree"])
def test_a_database_is_not_called_like_an_alias_of_the_views(name: str) -> None:
    with pytest.raises(SinkMisconfigured, match=f"the views use '{name}' as a name of their own"):
        parse_dsn(f"clickhouse://127.0.0.1/{name}")


def test_an_insert_is_one_block() -> None:
    assert checked_rows([("x",)] * 3) == 3
    with pytest.raises(ValueError, match="one block"):
        checked_rows([("x",)] * (MAX_ROWS + 1))


def test_every_field_of_every_fact_has_its_column() -> None:
    facts = {"tag_changes": "tag-change", "member_profiles": "member-profile", "group_stats": "group-stats"}
    facts |= {"alerts": "alert", "dead_letters": "dead-letter"}
    for table, fact in facts.items():
        fields = [name.removesuffix("_base64") for name in FACTS[fact].model_fields]
        columns = [name for name in TABLES[table].columns if name not in ORIGIN]
        assert sorted(fields) == sorted(columns), table
