"""Everything that a run left behind, in one folder of JSON lines, to be judged by `verify` and by nothing else.

    ledger.jsonl            what the producer was told (`ledger`)
    topics/NAME.jsonl       records of the broker: internal topics with their rows, fact topics with their facts
    said/NAME.jsonl         facts of the reference model, made by ``qunpulse replay --reference --log``
    store/TABLE.jsonl       rows of the store under FINAL, times in ms
    store/physical.json     per table, the places of the log that are stored more than once, and how often

`collect` shares no code with the pipeline: packed rows are read here by the layout that docs/architecture.md gives.
"""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from clickhouse_driver import Client

ROOT = Path(__file__).resolve().parents[2]

KINDS = ("chat", "join", "order", "checkin")

INTERNAL = ("member-events", "group-events")
FACTS = ("tag-changes", "member-profiles", "group-stats", "alerts", "dead-letters")
TABLES = ("tag_changes", "member_profiles", "group_stats", "alerts", "dead_letters")

OWN = "* EXCEPT (_topic, _partition, _offset, _ingested_at)"
COLUMNS = {"dead_letters": f"{OWN} REPLACE (base64Encode(value) AS value, base64Encode(key) AS key)"}

PIECE_ROWS = 400_000
"""Rows that are asked for at a time."""


def collect(folder: Path, broker: str, store: int | None, env: Mapping[str, str], partitions: int) -> None:
    """Fill `folder`; `store` is the port of a ClickHouse server, or None when no sink ran."""
    for name in ("topics", "said", "store"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _reference(folder / "said", env)
    prefix = env.get("QUNPULSE_TOPIC_PREFIX", "qunpulse.")
    asyncio.run(_dump_topics(folder / "topics", broker, prefix, partitions))
    if store is not None:
        _dump_store(folder / "store", store)


def _reference(out: Path, env: Mapping[str, str]) -> None:
    command = [
        sys.executable,
        "-m",
        "streams.cli",
        "replay",
        "--reference",
        "--log",
        "--out",
        str(out),
        "--json",
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
        env={**os.environ, **env},
        cwd=ROOT,
    )
    assert done.returncode == 0, f"the reference has failed:\n{done.stderr[-3000:]}"


async def _dump_topics(out: Path, broker: str, prefix: str, partitions: int) -> None:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=broker, enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=50
    )
    await consumer.start()
    try:
        for name in (*INTERNAL, *FACTS):
            with (out / f"{name}.jsonl").open("w") as file:
                for number in range(partitions):
                    async for record in _read(consumer, TopicPartition(prefix + name, number)):
                        value = unpacked(record.value) if name in INTERNAL else json.loads(record.value)
                        line = {"partition": number, "offset": record.offset, "value": value}
                        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    finally:
        await consumer.stop()


async def _read(consumer: Any, partition: TopicPartition) -> AsyncIterator[Any]:
    """The partition as it is now, up to the high watermark of the first answer."""
    consumer.assign([partition])
    consumer.seek(partition, 0)
    end: int | None = None
    while end is None or await consumer.position(partition) < end:
        for records in (await consumer.getmany(partition, timeout_ms=200)).values():
            end = consumer.highwater(partition) if end is None else end
            for record in records:
                if record.offset < (end or 0):
                    yield record
        end = consumer.highwater(partition) if end is None else end


def unpacked(value: bytes) -> dict[str, Any]:
    """A packed record: ``[version, marks, [[source, offset, clock, ts, raw], ...]]``; of the bytes, their hash."""
    version, marks, rows = msgspec.msgpack.decode(value)
    assert version == 1, version
    told = [
        [f"{KINDS[source % 4]}:{source // 4}", offset, clock, hashlib.sha256(raw).hexdigest()]
        for source, offset, clock, _, raw in rows
    ]
    return {"marks": len(marks), "rows": told}


def _dump_store(out: Path, port: int) -> None:
    client = Client("127.0.0.1", port=port, settings={"server_side_params": True})
    physical: dict[str, list[list[Any]]] = {}
    try:
        columns = "brand_id, event_id, kind, type, member_id, group_id, lower(hex(SHA256(raw))) AS sha256"
        _dump_table(client, out, "events", columns, "event_id")
        for table in TABLES:
            _dump_table(client, out, table, COLUMNS.get(table, OWN), "_offset")
        for table in ("events", *TABLES):
            place = "_topic, _partition, _offset"
            sql = f"SELECT {place}, count() FROM qunpulse.{table} GROUP BY {place} HAVING count() > 1"
            physical[table] = [list(row) for row in client.execute(sql)]
    finally:
        client.disconnect()
    (out / "physical.json").write_text(json.dumps(physical))


def _dump_table(client: Any, out: Path, table: str, columns: str, spread: str) -> None:
    """A table under FINAL, in as many pieces as keep each small."""
    ((count,),) = client.execute(f"SELECT count() FROM qunpulse.{table}")
    pieces = 1 + count // PIECE_ROWS
    with (out / f"{table}.jsonl").open("w") as file:
        for piece in range(pieces):
            sql = f"SELECT {columns} FROM qunpulse.{table} FINAL WHERE cityHash64({spread}) % {pieces} = {piece}"
            rows, names = client.execute(sql, with_column_types=True)
            for row in rows:
                line = {name: _plain(value) for (name, _), value in zip(names, row, strict=True)}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
