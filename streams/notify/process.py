"""The process: every receiver's flow side by side, and its health and metrics over HTTP."""

import asyncio
from typing import Final

from aiokafka import AIOKafkaProducer
from fastapi import FastAPI
from kafka.errors import KafkaError

from sinks.errors import SinkMisconfigured
from sinks.http.health import Board
from sinks.http.probes import probes
from sinks.http.server import build_server
from sinks.metrics import METRICS
from sinks.notify.base import Receiver
from streams.connection import ConnectionMisconfigured, connection, explained
from streams.fatal import EXIT_CONFIG, end_by, end_process
from streams.letters import APP_VERSION
from streams.notify.flow import NotifyFlow
from streams.notify.receivers import receivers
from streams.outbox import Outbox
from streams.settings import Settings
from streams.stopping import stop_asked
from streams.topics import Layout, TopicsWrong, checked_layout

MEASURE_SECONDS: Final = 1.0

END_SECONDS: Final = 12.0
"""At the end each receiver may finish what it is being told: longer than one request."""


class NotifyProcess:
    """Wires receivers, flows and probes."""

    def __init__(self, settings: Settings, layout: Layout, found: list[Receiver]) -> None:
        self._settings = settings
        self._layout = layout
        self._receivers = found
        self._board = Board()
        app = FastAPI(title="QunPulse notify", openapi_url=None, docs_url=None, redoc_url=None)
        app.include_router(probes(self._board, METRICS))
        self._server = build_server(app, settings.notify_host, settings.notify_port)

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT."""
        stop = stop_asked()
        METRICS.build_info.info({"version": APP_VERSION})
        self._board.check("kafka", False, "not connected yet")
        producer = AIOKafkaProducer(**connection(self._settings), acks="all")
        await producer.start()
        flows = [self._flow(receiver, producer) for receiver in self._receivers]
        told = [asyncio.create_task(flow.run(), name="notify") for flow in flows]
        others = [
            asyncio.create_task(self._server.serve(), name="http"),
            asyncio.create_task(self._measure(flows), name="measure"),
        ]
        ending = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([ending, *told, *others], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {ending}:
            error = task.exception()
            if error is not None:
                end_by(task.get_name(), error)
            end_process(f"{task.get_name()} has ended")
        for flow in flows:
            flow.stop()
        await asyncio.wait(told, timeout=END_SECONDS)
        self._server.should_exit = True
        for task in (*told, others[1]):
            task.cancel()
        await asyncio.wait([*told, *others], timeout=4)
        await producer.stop()

    def _flow(self, receiver: Receiver, producer: AIOKafkaProducer) -> NotifyFlow:
        sizes = {self._settings.topic(name): count for name, count in self._layout.partitions.items()}
        self._board.check(receiver.name, True)
        return NotifyFlow(self._settings, receiver, Outbox(producer, sizes), self._board.check)

    async def _measure(self, flows: list[NotifyFlow]) -> None:
        while True:
            ready = all(flow.assigned for flow in flows)
            self._board.check("kafka", ready, "" if ready else "a receiver has no partition assigned")
            for flow in flows:
                flow.measure()
            await asyncio.sleep(MEASURE_SECONDS)


def run_notify(settings: Settings) -> None:
    """Run the process."""
    try:
        found = receivers(settings)
        layout = checked_layout(settings)
    except (TopicsWrong, ConnectionMisconfigured, SinkMisconfigured) as error:
        end_process(str(error), code=EXIT_CONFIG)
    except KafkaError as error:
        text, code = explained(settings, error)
        end_process(text, code=code)
    asyncio.run(NotifyProcess(settings, layout, found).run())
