"""What tests of this room leave behind."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command run in this process sets up logging to the stderr of its test, which is closed after it."""
    yield
    structlog.reset_defaults()
