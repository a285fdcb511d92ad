"""What every command shares: settings with logging, and endings that a person can read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from aiokafka.errors import KafkaError as AIOKafkaError
from kafka.errors import KafkaError
from pydantic import ValidationError

from models.rules import RuleError
from sinks.errors import SinkError, SinkMisconfigured
from streams.connection import ConnectionMisconfigured, explained
from streams.fatal import EXIT_CONFIG, EXIT_UNAVAILABLE
from streams.logs import set_up_logs
from streams.processes import PartFailed
from streams.settings import SecretUnreadable, Settings, load
from streams.topics import TopicsWrong


def fail(text: str, code: int) -> NoReturn:
    """Say what is wrong in one line and leave."""
    typer.echo(f"qunpulse: {text}", err=True)
    raise typer.Exit(code)


@contextmanager
def friendly() -> Iterator[None]:
    """Expected failures end in one line; whatever else happens is a bug and shows itself."""
    try:
        yield
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(map(str, first["loc"])).upper()
        fail(f"setting QUNPULSE_{name}: {first['msg']}" if name else first["msg"], EXIT_CONFIG)
    except (TopicsWrong, RuleError, SecretUnreadable, ConnectionMisconfigured, SinkMisconfigured) as error:
        fail(str(error), EXIT_CONFIG)
    except FileNotFoundError as error:
        fail(f"no such file: {error.filename}", EXIT_CONFIG)
    except (SinkError, PartFailed) as error:
        fail(str(error), EXIT_UNAVAILABLE)
    except (KafkaError, AIOKafkaError) as error:
        fail(*explained(load(), error))


def settings() -> Settings:
    """Settings, with logging set up by them."""
    found = load()
    set_up_logs(found.log_level)
    return found
