"""The stream of facts."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator

import pytest
from httpx import Client

from sinks.http import Fact, FactFeed, FactKind
from sinks.http.feed import TooManyClients
from sinks.http.stream import encoded, events
from tests.sinks.test_http_world import World, opened


@pytest.fixture
def world() -> Iterator[World]:
    with opened() as made:
        yield made


def fact(number: int, kind: FactKind = "tag-change", brand_id: str = "default") -> Fact:
    return Fact(kind, brand_id, json.dumps({"number": number, "name": "高活跃"}).encode())


def read(client: Client, path: str, until: str) -> list[str]:
    """Lines of a stream up to the first that begins with `until`."""
    lines = []
    with client.stream("GET", path) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        for line in response.iter_lines():
            lines.append(line)
            if line.startswith(until):
                break
    return lines


def follow(world: World, path: str, until: str, facts: list[Fact]) -> list[str]:
    """Lines that a client reads when `facts` are published once it is connected."""
    lines: list[str] = []
    thread = threading.Thread(target=lambda: lines.extend(read(world.client, path, until)))
    thread.start()
    for _ in range(500):
        if world.feed.clients:
            break
        thread.join(0.01)
    world.feed.publish(facts)
    thread.join(10)
    assert not thread.is_alive()
    return lines


def test_facts_arrive_as_named_events(world: World) -> None:
    lines = follow(world, "/v1/stream", 'data: {"number": 2', [fact(1), fact(2, "alert")])
    assert [line for line in lines if line.startswith("event")] == ["event: tag-change", "event: alert"]
    sent = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data")]
    assert sent == [{"number": 1, "name": "高活跃"}, {"number": 2, "name": "高活跃"}]


def test_kinds_and_brands_are_kept_apart(world: World) -> None:
    facts = [
        fact(1),
        fact(2, "group-stats"),
        fact(3, "alert", "b2"),
        fact(4, "member-profile"),
        fact(5, "alert"),
    ]
    lines = follow(world, "/v1/stream?kinds=group-stats,alert", 'data: {"number": 5', facts)
    assert [json.loads(line[6:])["number"] for line in lines if line.startswith("data")] == [2, 5]


def test_silence_is_filled_with_comments(world: World) -> None:
    assert read(world.client, "/v1/stream", ": heartbeat")[0] == ": connected"


def test_a_client_that_goes_is_forgotten(world: World) -> None:
    read(world.client, "/v1/stream", ": connected")
    for _ in range(100):
        if not world.feed.clients:
            return
        time.sleep(0.05)
    pytest.fail("the client is still there")


def test_the_stream_ends_with_a_message_when_the_server_stops(world: World) -> None:
    lines: list[str] = []
    thread = threading.Thread(target=lambda: lines.extend(read(world.client, "/v1/stream", "data")))
    thread.start()
    while not world.feed.clients and thread.is_alive():
        thread.join(0.01)
    world.feed.close()
    thread.join(10)
    assert lines[-2:] == ["event: closed", 'data: {"reason": "the server is stopping"}']


def test_a_slow_client_is_dropped_with_a_last_message() -> None:
    async def scenario() -> list[bytes]:
        feed = FactFeed(queue_facts=3)
        slow, quick = feed.join("default", ["alert"]), feed.join("default", ["alert"])
        stream = events(feed, slow, 5)
        assert await anext(stream) == b": connected\n\n"
        feed.publish([fact(1, "alert"), fact(2, "alert")])
        assert len(await quick.take(1)) == 2
        feed.publish([fact(3, "alert"), fact(4, "alert")])
        feed.publish([fact(5, "alert")])
        assert len(await quick.take(1)) == 3
        rest = [chunk async for chunk in stream]
        assert feed.clients == 1
        return rest

    (said,) = asyncio.run(scenario())
    assert said.startswith(b"event: dropped\n")
    assert json.loads(said.split(b"data: ")[1])["missed"] == 5


def test_facts_may_be_published_from_any_thread() -> None:
    async def scenario() -> int:
        feed = FactFeed()
        client = feed.join("default", ["alert"])
        threads = [
            threading.Thread(target=lambda: [feed.publish([fact(n, "alert")]) for n in range(200)])
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        got = 0
        while got < 800:
            batch = await client.take(2)
            assert batch, "a wake-up was lost"
            got += len(batch)
        return got

    assert asyncio.run(scenario()) == 800


def test_there_is_a_most_of_clients() -> None:
    async def scenario() -> None:
        feed = FactFeed(clients=1)
        client = feed.join("default", ["alert"])
        with pytest.raises(TooManyClients):
            feed.join("default", ["alert"])
        feed.leave(client)
        feed.join("default", ["alert"])

    asyncio.run(scenario())


def test_one_client_too_many_is_told_so() -> None:
    with opened() as world:
        world.feed._most = 0
        assert world.get("/v1/stream", 503)["detail"].startswith("0 clients are connected")


def test_json_over_lines_becomes_data_lines() -> None:
    assert encoded(Fact("alert", "default", b'{\n"a": 1}')) == b'event: alert\ndata: {\ndata: "a": 1}\n\n'
