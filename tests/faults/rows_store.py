"""Rows C1 to C7: the store dies, hangs, is slow, is full, has another shape than expected, forgets its tokens."""

import os
import random
import signal
import time
import urllib.error
import urllib.request
from contextlib import suppress

from streams.failpoints import EXIT_KILLED
from tests.faults.plant import Plant, Wanted
from tests.faults.proxy import Slow
from tests.faults.rows import no_surplus, row
from tests.faults.rows_kill import leave

PROXIED = Wanted(store_proxy=True, store_options="?send_receive_timeout=4")


def ended(plant: Plant) -> float:
    """The fault is over: all that waits must come through. Workers never wait for the store, so theirs is looked at first."""
    began = time.monotonic()
    plant.drain()
    recovered = time.monotonic() - began
    leave(plant)
    return recovered


def live(plant: Plant) -> None:
    """Workers go on whatever the store does."""
    plant.drain(90, sink=False)


@row("C1", "ClickHouse is killed and comes back", "ClickHouse 被杀后恢复", PROXIED, after=no_surplus)
def killed(plant: Plant, rng: random.Random) -> float:
    assert plant.endpoint is not None
    plant.start_worker()
    plant.trickle(200, rng.uniform(3, 5))
    plant.endpoint.kill()
    plant.trickle(300, rng.uniform(3, 8))
    live(plant)
    plant.endpoint.start()
    plant.stop_merges()
    return ended(plant)


@row("C2", "ClickHouse hangs before, inside or behind an insert, for longer than its time-out",
     "ClickHouse 在插入前、中、后挂起，超过超时", PROXIED, after=no_surplus)  # fmt: skip
def hung(plant: Plant, rng: random.Random) -> float:
    assert plant.endpoint is not None
    plant.start_worker()
    plant.trickle(200, rng.uniform(3, 5))
    os.kill(plant.endpoint.pid, signal.SIGSTOP)
    plant.trickle(300, rng.uniform(5, 8))
    live(plant)
    os.kill(plant.endpoint.pid, signal.SIGCONT)
    return ended(plant)


@row("C3", "ClickHouse is slow: 0.3 s an answer, 64 kB a second", "ClickHouse 很慢：每次应答 0.3 秒，每秒 64 kB", PROXIED,
     after=no_surplus)  # fmt: skip
def slow(plant: Plant, rng: random.Random) -> float:
    assert plant.store_proxy is not None
    plant.start_worker()
    plant.store_proxy.fault = Slow(delay=0.3, rate=64_000)
    plant.trickle(600, rng.uniform(5, 8))
    live(plant)
    plant.store_proxy.fault = None
    return ended(plant)


@row(
    "C4",
    "one of two views on a landing table fails for a while",
    "落地表的两个视图之一失败一阵",
    PROXIED,
    after=no_surplus,
)
def one_view_fails(plant: Plant, rng: random.Random) -> float:
    columns = "_topic LowCardinality(String), _partition Int32, _offset Int64"
    plant.store(
        f"CREATE TABLE IF NOT EXISTS qunpulse.copy ({columns}) ENGINE = MergeTree ORDER BY _offset "
        "SETTINGS non_replicated_deduplication_window = 10000"
    )
    plant.store("TRUNCATE TABLE qunpulse.copy")
    plant.start_worker()
    plant.trickle(100, 4)
    plant.drain()
    select = "SELECT _topic, _partition, _offset FROM qunpulse.tag_changes_landing"
    plant.store(
        f"CREATE MATERIALIZED VIEW qunpulse.copying TO qunpulse.copy AS {select} WHERE throwIf(1, 'of somebody else') = 0"
    )
    since = plant.store("SELECT _partition, max(_offset) FROM qunpulse.tag_changes GROUP BY 1")
    plant.trickle(300, rng.uniform(3, 6))
    live(plant)
    plant.store(f"ALTER TABLE qunpulse.copying MODIFY QUERY {select}")
    recovered = ended(plant)
    late = " OR ".join(f"(_partition = {number} AND _offset > {offset})" for number, offset in since) or "1"
    (main,) = plant.store(f"SELECT uniqExact(_partition, _offset) FROM qunpulse.tag_changes WHERE {late}")
    (copy,) = plant.store("SELECT count(), uniqExact(_partition, _offset) FROM qunpulse.copy")
    plant.store("DROP TABLE qunpulse.copying")
    assert copy[0] == copy[1], f"{copy[0] - copy[1]} rows are twice in the second target"
    assert copy[1] >= main[0] > 0, f"{main[0]} rows are in the first target and {copy[1]} in the second"
    return recovered


@row("C5", "too many parts, then a limit on memory: refusals that pass", "分区片段过多、随后内存受限：会过去的拒绝", PROXIED,
     after=no_surplus)  # fmt: skip
def refuses_for_a_while(plant: Plant, rng: random.Random) -> float:
    plant.start_worker()
    plant.trickle(100, 4)
    plant.drain()
    table = rng.choice(("events", "tag_changes", "member_profiles"))
    plant.store(
        f"ALTER TABLE qunpulse.{table} MODIFY SETTING parts_to_throw_insert = 1, parts_to_delay_insert = 1000"
    )
    plant.trickle(200, rng.uniform(2, 4))
    live(plant)
    sink = plant.running("sink")[0]
    plant.wait("word of too many parts", 20, lambda: "code 252" in sink.log.read_text())
    assert sink.process.poll() is None, sink.last_words()
    plant.store(f"ALTER TABLE qunpulse.{table} RESET SETTING parts_to_throw_insert")
    return ended(plant)


SHAPES = (
    ("RENAME TABLE qunpulse.{} TO qunpulse.{}", "member_profiles", "profiles_of_members"),
    ("ALTER TABLE qunpulse.member_profiles RENAME COLUMN {} TO {}", "stage", "phase"),
    ("ALTER TABLE qunpulse.tag_changes RENAME COLUMN {} TO {}", "cause", "reason"),
)


@row(
    "C6",
    "a table, or a column of one, is renamed under the sink, and named back",
    "sink 运行中表或列被改名又改回",
    PROXIED,
    after=no_surplus,
)
def another_shape(plant: Plant, rng: random.Random) -> float:
    plant.start_worker()
    plant.trickle(100, 4)
    plant.drain()
    change, name, other = rng.choice(SHAPES)
    for table in ("member_profiles", "tag_changes"):
        plant.let_mutate(table)
    plant.store(change.format(name, other))
    plant.trickle(200, rng.uniform(2, 4))
    live(plant)
    sink = plant.running("sink")[0]
    plant.wait("sink that is not ready", 20, lambda: not ready(plant.port(sink)))
    assert sink.process.poll() is None, sink.last_words()
    plant.store(change.format(other, name))
    recovered = ended(plant)
    plant.wait("sink that is ready", 20, lambda: ready(plant.port(sink)))
    return recovered


def ready(port: int) -> bool:
    """What the part says of its readiness."""
    with (
        suppress(urllib.error.HTTPError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer,
    ):
        return bool(answer.status == 200)
    return False


@row("C7", "a batch is sent again when its token is forgotten", "令牌已被遗忘时重发批次", PROXIED)
def token_forgotten(plant: Plant, rng: random.Random) -> float:
    for table in ("tag_changes", "member_profiles", "events", "group_stats", "alerts", "dead_letters"):
        plant.store(f"ALTER TABLE qunpulse.{table} MODIFY SETTING non_replicated_deduplication_window = 3")
    plant.kill(plant.running("sink")[0])
    armed = plant.start_sink(QUNPULSE_FAILPOINT=f"insert_done:crash@{rng.randint(2, 8)}")
    plant.start_worker()
    for _ in range(30):
        plant.trickle(60, 1)
        if armed.process.poll() is not None:
            break
    assert plant.wait_for_end(armed, 10) == EXIT_KILLED, armed.last_words()
    held = {}
    for table in ("tag_changes", "member_profiles", "events"):
        rows = plant.store(f"SELECT * EXCEPT(_ingested_at), _ingested_at FROM qunpulse.{table} LIMIT 1")
        held[table] = len(rows)
        for _ in range(5 if rows else 0):  # what others insert meanwhile
            plant.store(
                f"INSERT INTO qunpulse.{table} SELECT * FROM qunpulse.{table} LIMIT 1 SETTINGS insert_deduplicate = 0"
            )
    plant.start_sink()
    return ended(plant)
