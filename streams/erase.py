"""``qunpulse erase``: a member is forgotten, in the order in which nothing can bring it back.

    1. the ends of the input topics are noted: the fence, up to which everything of the member is to be forgotten
    2. intake has forwarded everything up to it
    3. the order goes to the member's partition of ``member-events`` and to every partition of ``group-events``
    4. the workers have carried it out and committed it: state gone and fenced, tombstones written, ids out of the groups
    5. the sink has stored everything that was told before
    6. the tables are rewritten
    7. what the compacted topics hold is looked at again

Each step waits for the one before; repeating all of it is harmless. See docs/architecture.md, Erasure.
"""

import asyncio
import json
import time
import urllib.request
from collections.abc import Iterable
from hashlib import sha256
from secrets import token_hex
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from schemas.erasure import ERASURE_KEY, Erasure, encode_erasure
from schemas.rows import KINDS, source_name, source_number
from schemas.topics import DAY_MS, TOPICS
from sinks.clickhouse.erase import erase_member
from sinks.clickhouse.tables import TABLES
from streams.connection import connection
from streams.drained import committed_offsets
from streams.held import held
from streams.outbox import partition_of
from streams.runtime import wall_ms
from streams.settings import Settings
from streams.sink import open_engine
from streams.topics import Layout

Ends = dict[TopicPartition, int]

POLL_SECONDS = 0.2


class ErasureStuck(Exception):
    """A step did not come to its end in time; the text says which, and what was done."""


class Eraser:
    """Carries out one erasure."""

    def __init__(self, settings: Settings, layout: Layout, seconds: float) -> None:
        """`seconds` is the longest wait for the workers, and again for the sink."""
        self._settings = settings
        self._layout = layout
        self._seconds = seconds

    async def erase(self, brand_id: str, member_id: str, *, dry_run: bool) -> dict[str, Any]:
        """Erase, or with `dry_run` only look; the receipt.

        Raises:
            ErasureStuck: workers or sink do not get on.
            aiokafka.errors.KafkaError: no broker answers.
            sinks.errors.SinkError: the store does not answer.
            OSError: the API of the sink does not answer.
        """
        asked_at = wall_ms()
        before = (await held(self._settings, self._layout, brand_id, member_id)).plain()
        receipt: dict[str, Any] = {
            "receipt": token_hex(8),
            "dry_run": dry_run,
            "brand_id": brand_id,
            "member_sha256": sha256(f"{brand_id}\x1f{member_id}".encode()).hexdigest(),
            "asked_at_ms": asked_at,
            "kept_by_retention_days": kept_by_retention(),
        }
        if dry_run:
            tables = await asyncio.to_thread(self._tables, brand_id, member_id, True)
            return receipt | {"state": before, "tables": tables, "done_at_ms": wall_ms()}
        fence = await self._order(brand_id, member_id, receipt["receipt"], asked_at)
        tables = await asyncio.to_thread(self._tables, brand_id, member_id, False)
        left = await asyncio.to_thread(self._tables, brand_id, member_id, True)
        after = (await held(self._settings, self._layout, brand_id, member_id)).plain()
        return receipt | {
            "state": {name: before[name] - after[name] for name in before},
            "tables": tables,
            "left": {"state": after, "tables": left},
            "fence": fence,
            "done_at_ms": wall_ms(),
        }

    async def _order(self, brand_id: str, member_id: str, name: str, asked_at: int) -> dict[str, int]:
        """Steps 1 to 5; the fence by source."""
        admin = AIOKafkaAdminClient(**connection(self._settings))
        producer = AIOKafkaProducer(**connection(self._settings), acks="all")
        await admin.start()
        await producer.start()
        try:
            inputs = await self._ends(KINDS)
            app = self._settings.app_id
            await self._until(admin, app, inputs, "the workers have not read what was sent; nothing was done")
            fence = self._fence(inputs)
            order = encode_erasure(Erasure(brand_id, member_id, fence, name, asked_at))
            sent = await self._send(producer, f"{brand_id}\x1f{member_id}".encode(), order)
            await self._until(admin, app, sent, "the workers have not carried out the order; they will")
            told = await self._ends(table.topic for table in TABLES.values())
            await self._until(
                admin,
                f"{app}-sink",
                told,
                "the state is erased, but the sink has not caught up: run it again",
            )
        finally:
            await producer.stop()
            await admin.close()
        return {source_name(source, offset): offset for source, offset in fence.items()}

    def _fence(self, inputs: Ends) -> dict[int, int]:
        kinds = {self._settings.topic(kind): kind for kind in KINDS}
        return {
            source_number(kinds[tp.topic], tp.partition): end - 1 for tp, end in inputs.items() if end > 0
        }

    async def _send(self, producer: AIOKafkaProducer, key: bytes, order: bytes) -> Ends:
        """Send the order to whom it concerns; where each partition must be committed to."""
        partitions = self._layout.partitions
        targets = [("member-events", partition_of(key, partitions["member-events"]))]
        targets += [("group-events", number) for number in range(partitions["group-events"])]
        sent: Ends = {}
        for name, number in targets:
            topic = self._settings.topic(name)
            done = await producer.send_and_wait(topic, order, key=ERASURE_KEY, partition=number)
            sent[TopicPartition(topic, number)] = done.offset + 1
        return sent

    async def _ends(self, names: Iterable[str]) -> Ends:
        """High watermarks of fetches: listed ends may be too small (reliability 2.5)."""
        fetch = AIOKafkaConsumer(**connection(self._settings), enable_auto_commit=False, fetch_max_wait_ms=50)
        await fetch.start()
        try:
            where = [
                TopicPartition(self._settings.topic(name), number)
                for name in names
                for number in range(self._layout.partitions[name])
            ]
            fetch.assign(where)
            await fetch.seek_to_beginning(*where)
            while True:
                await fetch.getmany(timeout_ms=100, max_records=1)
                ends = {tp: fetch.highwater(tp) for tp in where}
                if all(end is not None for end in ends.values()):
                    return {tp: end for tp, end in ends.items() if end is not None}
        finally:
            await fetch.stop()

    async def _until(self, admin: AIOKafkaAdminClient, group: str, ends: Ends, why: str) -> None:
        deadline = time.monotonic() + self._seconds
        while True:
            offsets = await committed_offsets(admin, group, ends)
            if all(offsets.get(tp, 0) >= end for tp, end in ends.items()):
                return
            if time.monotonic() > deadline:
                raise ErasureStuck(f"{why} (waited {self._seconds:g} s for the group {group})")
            await asyncio.sleep(POLL_SECONDS)

    def _tables(self, brand_id: str, member_id: str, dry_run: bool) -> dict[str, int]:
        """Step 6. The embedded store belongs to the sink's process, so that one is asked."""
        if self._settings.clickhouse.startswith("chdb://"):
            return self._by_http(brand_id, member_id, dry_run)
        engine = open_engine(self._settings)
        try:
            return erase_member(engine, brand_id, member_id, dry_run=dry_run)
        finally:
            engine.close()

    def _by_http(self, brand_id: str, member_id: str, dry_run: bool) -> dict[str, int]:
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self._settings.api_host, self._settings.api_host)
        body = json.dumps({"brand_id": brand_id, "member_id": member_id, "dry_run": dry_run}).encode()
        request = urllib.request.Request(
            f"http://{host}:{self._settings.api_port}/v1/erasures", body, {"Content-Type": "application/json"}
        )
        if self._settings.api_token is not None:
            request.add_header("Authorization", f"Bearer {self._settings.api_token.get_secret_value()}")
        with urllib.request.urlopen(request, timeout=max(60.0, self._seconds)) as answer:
            tables: dict[str, int] = json.load(answer)["tables"]
        return tables


def kept_by_retention() -> dict[str, int]:
    """Topics that cannot be rewritten, and the days after which what they hold of anybody is gone."""
    return {topic.name: topic.retention_ms // DAY_MS for topic in TOPICS if topic.retention_ms is not None}
