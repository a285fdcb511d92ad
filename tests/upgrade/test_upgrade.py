"""What a former version wrote, this one reads, and it goes on to the same results; what a later one wrote, it refuses."""

import json
from pathlib import Path
from string import Template
from typing import Any

import msgspec
import pytest

from models.groups.state import GROUPS_STATE_VERSION
from models.groups.state import restore as restore_group
from models.state import STATE_VERSION, restore
from schemas.facts import FACTS, Alert
from schemas.rows import ROWS_VERSION, Row, Rows, decode_rows, encode_rows
from schemas.versions import FormatVersionError
from streams.changelog import split
from tests.upgrade.history import GroupsAgent, MembersAgent
from tests.upgrade.make import END, figures
from tests.upgrade.test_formats import RELEASES

releases = pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)


def halves(release: Path) -> tuple[list[Row], list[Row]]:
    """The history, from the release's packed rows."""
    first, second = (
        decode_rows(one) for one in msgspec.msgpack.decode((release / "rows.msgpack").read_bytes())
    )
    assert 1 <= first.version <= ROWS_VERSION
    return first.rows, second.rows


def changelog(release: Path, name: str) -> list[tuple[bytes, bytes]]:
    """Keys and values of a release's changelog in the middle of the history."""
    values = msgspec.msgpack.decode((release / f"{name}.msgpack").read_bytes())
    return [(key, split(value)[1]) for key, value in values]


def said(release: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((release / "said.json").read_text("utf-8"))
    return told


@releases
def test_members_go_on_where_the_former_version_stopped(release: Path) -> None:
    first, second = halves(release)
    upgraded, whole = MembersAgent(), MembersAgent()
    upgraded.store.load(changelog(release, "members"))
    upgraded.store.loaded()
    whole.read(first)
    assert sorted(upgraded.store.all_keys()) == sorted(whole.store.all_keys())
    upgraded.read(second)
    whole.read(second)
    now, expected = upgraded.profiles(END), whole.profiles(END)
    assert figures(now) == figures(expected) == said(release)["members"]
    assert [one.tags for one in now] == [one.tags for one in expected]
    assert [one.activity_score for one in now] == [one.activity_score for one in expected]


@releases
def test_what_the_former_version_applied_is_not_applied_again(release: Path) -> None:
    first, _ = halves(release)
    upgraded = MembersAgent()
    upgraded.store.load(changelog(release, "members"))
    for row in first:
        state = upgraded.store.get(f"default\x1f{json.loads(row.raw)['member_id']}".encode())
        assert state is not None
        assert row.offset <= state.fence[row.source]


@releases
def test_groups_go_on_where_the_former_version_stopped(release: Path) -> None:
    first, second = halves(release)
    upgraded, whole = GroupsAgent(), GroupsAgent()
    upgraded.store.load(changelog(release, "groups"))
    upgraded.store.loaded()
    whole.read(first)
    assert sorted(upgraded.store.all_keys()) == sorted(whole.store.all_keys())
    told, expected = upgraded.read(second), whole.read(second)
    alerts = sorted({one.group_id for one in told if isinstance(one, Alert)})
    assert (
        alerts
        == sorted({one.group_id for one in expected if isinstance(one, Alert)})
        == said(release)["alerts"]
    )
    for key in whole.store.all_keys():
        now, then = upgraded.store.get(key), whole.store.get(key)
        assert now is not None and then is not None
        assert (now.size, now.members, now.fence) == (then.size, then.members, then.fence)


@releases
def test_what_is_written_after_the_upgrade_is_of_this_version(release: Path) -> None:
    members, groups = MembersAgent(), GroupsAgent()
    members.store.load(changelog(release, "members"))
    groups.store.load(changelog(release, "groups"))
    for agent, version in ((members, STATE_VERSION), (groups, GROUPS_STATE_VERSION)):
        for key in agent.store.all_keys():
            state = agent.store.get(key)  # type: ignore[attr-defined]
            assert state.version == version


@releases
def test_facts_of_the_former_version_are_read(release: Path) -> None:
    lines = (release / "facts.jsonl").read_text("utf-8").splitlines()
    names = {line.partition("\t")[0] for line in lines}
    assert names >= {"tag-change", "member-profile", "group-stats", "alert", "dead-letter"}
    for line in lines:
        name, _, text = line.partition("\t")
        fact = FACTS[name].model_validate_json(text)
        assert fact.key() and fact.identity


@releases
def test_a_store_of_the_former_version_is_migrated_with_its_rows(release: Path, tmp_path: Path) -> None:
    pytest.importorskip("chdb")
    from sinks.clickhouse.embedded import EmbeddedEngine
    from sinks.clickhouse.migrate import migrate, migrations
    from sinks.clickhouse.read import Reader
    from sinks.clickhouse.tables import TABLES

    facts = [line.split("\t", 1) for line in (release / "facts.jsonl").read_text("utf-8").splitlines()]
    then = json.loads((release / "formats.json").read_text("utf-8"))["store"]
    engine = EmbeddedEngine(tmp_path)
    try:
        for statement in (
            Template((release / "store.sql").read_text("utf-8")).substitute(database="qunpulse").split(";\n")
        ):
            if statement.strip():
                engine.execute(statement)
        engine.execute(
            "CREATE TABLE qunpulse.schema_migrations (version UInt32, name String, applied_at DateTime64(3, 'UTC') "
            "DEFAULT now64(3, 'UTC')) ENGINE = ReplacingMergeTree ORDER BY version"
        )
        for number, file in enumerate(sorted(then["print"]), 1):
            engine.insert(
                "qunpulse.schema_migrations", ("version", "name"), [(number, file[:-4])], f"m{number}"
            )
        old = {"tag-change": "tag_changes", "member-profile": "member_profiles", "group-stats": "group_stats",
               "alert": "alerts", "dead-letter": "dead_letters"}  # fmt: skip
        for name, table in old.items():
            rows = [(text, "t", 0, number) for number, (kind, text) in enumerate(facts) if kind == name]
            engine.insert(
                f"qunpulse.{table}_landing", ("raw", "_topic", "_partition", "_offset"), rows, f"old {name}"
            )
        before = {table: Reader(engine)._select(TABLES[table]) for table in old.values()}
        assert len(migrate(engine)) == len(migrations("qunpulse")) - then["version"]
        counts = Reader(engine).counts()
        for name, table in old.items():
            identities = {
                FACTS[kind].model_validate_json(text).identity for kind, text in facts if kind == name
            }
            assert counts[table] == len(identities), table
            assert len(engine.query(before[table])) == len(identities), table
    finally:
        engine.close()


def test_a_later_version_is_refused_by_name() -> None:
    later = msgspec.msgpack.encode([STATE_VERSION + 1, "default", "m1"])
    with pytest.raises(
        FormatVersionError, match=rf"version {STATE_VERSION + 1}.*up to version {STATE_VERSION}:"
    ):
        restore(later)
    known = GROUPS_STATE_VERSION
    group = msgspec.msgpack.encode({"brand_id": "b", "group_id": "g", "version": known + 1, "new": {}})
    with pytest.raises(FormatVersionError, match=rf"version {known + 1}.*up to version {known}:"):
        restore_group(group)


def test_rows_of_a_later_version_still_tell_their_version() -> None:
    assert decode_rows(encode_rows(Rows(ROWS_VERSION + 1, {}, []))).version == ROWS_VERSION + 1
