"""The topics on the broker: created as declared in `schemas.topics`, and checked at every start.

A broker that creates topics by itself does it with its own number of partitions (reliability F20), and a changelog with another
number of partitions than its agent's input would lose state. So nothing is left to the broker, and a mismatch is an error.
"""

import time
from dataclasses import dataclass
from typing import Final

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from schemas.topics import TOPICS, Topic
from streams.connection import connection
from streams.settings import Settings

VISIBLE_SECONDS = 30.0
"""Kafka confirms a topic before every broker tells of it; so long it is waited for."""


PAIRS: Final = (
    ("member-events", "members-state"),
    ("group-events", "groups-state"),
    ("alerts", "notify-state"),
)
"""Topics and those that hold the state of who reads them, partition by partition."""


class TopicsWrong(Exception):
    """Topics are missing or do not fit together; the text says which and what to do."""


@dataclass(frozen=True)
class Layout:
    """What was found on the broker: partitions by declared name, and the cluster's id."""

    cluster_id: str
    partitions: dict[str, int]

    @property
    def missing(self) -> list[str]:
        """Declared topics that do not exist."""
        return [topic.name for topic in TOPICS if topic.name not in self.partitions]

    def problems(self) -> list[str]:
        """Why a worker cannot start on this layout."""
        found = [f"topic {name} does not exist" for name in self.missing]
        for source, state in PAIRS:
            ours, theirs = self.partitions.get(source), self.partitions.get(state)
            if ours is not None and theirs is not None and ours != theirs:
                found.append(f"{source} has {ours} partitions and {state} has {theirs}: they must be equal")
        return found


def connect(settings: Settings) -> KafkaAdminClient:
    """A client for topic administration.

    Raises:
        kafka.errors.KafkaError: no broker answers.
    """
    return KafkaAdminClient(
        **connection(settings), client_id=f"{settings.app_id}-topics", bootstrap_timeout_ms=10_000
    )


def read_layout(settings: Settings) -> Layout:
    """Topics as they are on the broker."""
    admin = connect(settings)
    try:
        names = set(admin.list_topics())
        wanted = [settings.topic(topic.name) for topic in TOPICS if settings.topic(topic.name) in names]
        described = admin.describe_topics(wanted) if wanted else []
        sizes = {found["name"]: len(found["partitions"]) for found in described}
        cluster = str(admin.describe_cluster().get("cluster_id") or "unknown")
    finally:
        admin.close()
    by_name = {topic.name: settings.topic(topic.name) for topic in TOPICS}
    return Layout(cluster, {name: sizes[full] for name, full in by_name.items() if full in sizes})


def create_missing(settings: Settings) -> list[str]:
    """Create what is declared and does not exist; returns the names created."""
    found = read_layout(settings)
    missing = [topic for topic in TOPICS if topic.name in set(found.missing)]
    if not missing:
        return []
    admin = connect(settings)
    try:
        for topic in missing:
            _create(admin, settings, topic, found)
    finally:
        admin.close()
    return [topic.name for topic in missing]


def _create(admin: KafkaAdminClient, settings: Settings, topic: Topic, found: Layout) -> None:
    """Create one topic; one that holds the state of a reader gets the partitions of what is read, where that exists."""
    sources = [source for source, state in PAIRS if state == topic.name]
    partitions = next(
        (found.partitions[name] for name in sources if name in found.partitions), settings.partitions
    )
    config: dict[str, str] = {"cleanup.policy": topic.cleanup}
    if topic.retention_ms is not None:
        config["retention.ms"] = str(topic.retention_ms)
    new = NewTopic(settings.topic(topic.name), partitions, settings.replication, topic_configs=config)
    try:
        admin.create_topics([new])
    except TopicAlreadyExistsError:
        return  # another process was faster
    except KafkaError as error:
        raise TopicsWrong(f"topic {new.name} could not be created: {error}") from error


def checked_layout(settings: Settings) -> Layout:
    """Layout to run on; missing topics are created first.

    Raises:
        TopicsWrong: topics do not fit together, or could not be created.
        kafka.errors.KafkaError: no broker answers.
    """
    created = create_missing(settings)
    layout = read_layout(settings)
    deadline = time.monotonic() + VISIBLE_SECONDS
    while created and layout.missing and time.monotonic() < deadline:
        time.sleep(0.2)
        layout = read_layout(settings)
    problems = layout.problems()
    if problems:
        raise TopicsWrong("; ".join(problems))
    return layout
