"""What every `Engine` does with values, parameters and settings."""

import pytest

from sinks.base import Engine
from sinks.clickhouse.tables import LANDING
from sinks.errors import InsertRefused, SinkMisconfigured


def test_a_value_of_the_wrong_type_is_refused(store: Engine) -> None:
    with pytest.raises(InsertRefused):
        store.insert(f"{store.database}.alerts_landing", LANDING, [("{}", "t", "not a number", 1)], "x")
    store.ping()


def test_parameters_are_values_and_never_sql(store: Engine) -> None:
    for text in (
        "' OR 1 = 1 --",
        "\\",
        "a\\'b",
        "tab\tnew\nline\r",
        "\0",
        "标签🎉",
        "{x:String}",
        "%s %(a)s",
        "",
    ):
        assert store.query("SELECT {text:String} AS text", {"text": text}) == [{"text": text}]
    numbers = {"low": -(2**63), "high": 2**64 - 1}
    assert store.query("SELECT {low:Int64} AS low, {high:UInt64} AS high", numbers) == [numbers]


def test_settings_of_one_statement_end_with_it(store: Engine) -> None:
    name = store.database
    store.execute(f"CREATE TABLE {name}.seen (n UInt64) ENGINE = MergeTree ORDER BY n")
    store.execute(f"INSERT INTO {name}.seen SELECT getSetting('max_threads')", {"max_threads": 1})
    store.execute(f"INSERT INTO {name}.seen SELECT 100 + getSetting('max_block_size')")
    assert store.query(f"SELECT min(n) AS n FROM {name}.seen") == [{"n": 1}]
    with pytest.raises(SinkMisconfigured):
        store.execute("SELECT 1", {"no_such_setting": 1})
    store.ping()
