"""The two engines of the contract suite: in this process, and through the driver to a server process."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sinks.base import Engine
from sinks.clickhouse.driver import DriverEngine
from sinks.clickhouse.embedded import EmbeddedEngine
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.tables import TABLES
from tests.sinks.endpoint import Endpoint
from tests.sinks.story import Brand

numbers = itertools.count(1)

Opener = Callable[[str], Engine]


@pytest.fixture(scope="module", params=["embedded", "driver"])
def opener(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    """Opens an engine on a database by name; all databases of a module live in one store."""
    pytest.importorskip("chdb")
    path: Path = tmp_path_factory.mktemp("store")
    if request.param == "embedded":
        yield lambda database: EmbeddedEngine(path, database)
        return
    endpoint = Endpoint(path, password="s3cret%")
    endpoint.start()
    yield lambda database: DriverEngine(endpoint.dsn(database, password="s3cret%25"))
    endpoint.kill()


@pytest.fixture
def engine(opener: Opener) -> Iterator[Engine]:
    """An engine on a database of its own."""
    engine = opener(f"t{next(numbers)}")
    yield engine
    engine.execute(f"DROP DATABASE IF EXISTS {engine.database}")
    engine.close()


@pytest.fixture(scope="module")
def shared_store(opener: Opener) -> Iterator[Engine]:
    """A migrated database for all stories of a module."""
    engine = opener(f"t{next(numbers)}")
    migrate(engine)
    yield engine
    engine.execute(f"DROP DATABASE IF EXISTS {engine.database}")
    engine.close()


@pytest.fixture
def store(shared_store: Engine) -> Iterator[Engine]:
    """The same with no rows in it, for a test that leaves the schema as it is."""
    yield shared_store
    for table in TABLES:
        shared_store.execute(f"TRUNCATE TABLE {shared_store.database}.{table}")


@pytest.fixture
def brand(shared_store: Engine) -> Brand:
    """A brand without events."""
    return Brand(shared_store)
