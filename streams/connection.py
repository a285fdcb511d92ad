"""How Kafka is spoken to: the one place that makes the arguments of a Kafka client.

aiokafka and kafka-python take the same names; Faust takes credentials. What goes wrong before the first answer is told in one
line: the clients themselves say "no broker" for a refused port, an unknown name and a certificate alike.
"""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from aiokafka import client as aiokafka_client
from aiokafka.conn import create_conn
from aiokafka.errors import KafkaError
from aiokafka.protocol.metadata import MetadataRequest
from faust.auth import SASLCredentials, SSLCredentials

from streams.fatal import EXIT_CONFIG, EXIT_UNAVAILABLE
from streams.settings import Settings

Connection = Mapping[str, Any]
"""Arguments of a client: where the brokers are and how they are spoken to. Holds the password: never log it."""

LOGIN_ERRORS: Final = frozenset(
    {
        "SaslAuthenticationFailedError",
        "SaslAuthenticationFailed",
        "AuthenticationFailedError",
        "UnsupportedSaslMechanismError",
        "AuthenticationMethodNotSupported",
    }
)
"""Errors of both clients by which a broker refuses a login."""

PROBE_SECONDS: Final = 5.0


class LookOnly(MetadataRequest):  # type: ignore[misc]
    """Asks what topics there are without making those that are not: a broker that makes topics for whoever asks (Tansu always,
    Kafka by default) would hide that it has lost them, and makes them with partitions of its own number (reliability F20)."""

    def __init__(
        self, topics: list[str] | None = None, allow_auto_topic_creation: bool | None = None
    ) -> None:
        super().__init__(topics, bool(allow_auto_topic_creation))


setattr(aiokafka_client, "MetadataRequest", LookOnly)  # noqa: B010 - the client has no setting for it


class ConnectionMisconfigured(Exception):
    """A file of certificates or a key cannot be used; the text names the setting."""


def connection(settings: Settings) -> Connection:
    """Arguments of any Kafka client, of either library.

    Raises:
        ConnectionMisconfigured: a file of certificates or a key cannot be used.
    """
    arguments: dict[str, Any] = {
        "bootstrap_servers": settings.servers,
        "security_protocol": settings.kafka_security_protocol,
    }
    if settings.kafka_security_protocol.endswith("SSL"):
        arguments["ssl_context"] = tls_context(settings)
    if settings.kafka_security_protocol.startswith("SASL"):
        assert settings.kafka_password is not None  # the settings have checked it
        arguments |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_user,
            "sasl_plain_password": settings.kafka_password.get_secret_value(),
        }
    return arguments


def faust_credentials(settings: Settings) -> SASLCredentials | SSLCredentials | None:
    """The same for Faust, whose own connections make their arguments from credentials."""
    tls = tls_context(settings) if settings.kafka_security_protocol.endswith("SSL") else None
    if settings.kafka_security_protocol.startswith("SASL"):
        assert settings.kafka_password is not None
        return SASLCredentials(
            username=settings.kafka_user,
            password=settings.kafka_password.get_secret_value(),
            mechanism=settings.kafka_sasl_mechanism,
            ssl_context=tls,
        )
    return None if tls is None else SSLCredentials(tls)


def tls_context(settings: Settings) -> ssl.SSLContext:
    """What the brokers' certificates are checked against, and our own certificate. Host names are checked.

    Raises:
        ConnectionMisconfigured: a file cannot be read or used.
    """
    key_password = settings.kafka_key_password
    return _tls_context(
        settings.kafka_ca,
        settings.kafka_certificate,
        settings.kafka_key,
        "" if key_password is None else key_password.get_secret_value(),
    )


@cache
def _tls_context(
    ca: Path | None, certificate: Path | None, key: Path | None, key_password: str
) -> ssl.SSLContext:
    with_file = "QUNPULSE_KAFKA_CA", ca
    try:
        context = ssl.create_default_context(cafile=ca)
        if certificate is not None:
            with_file = "QUNPULSE_KAFKA_CERTIFICATE and QUNPULSE_KAFKA_KEY", certificate
            context.load_cert_chain(certificate, key, key_password)  # no password: never ask the terminal
    except (OSError, ssl.SSLError) as error:
        name, path = with_file
        raise ConnectionMisconfigured(f"{name}: {path}: {_tls_words(error)}") from None
    return context


def explained(settings: Settings, error: BaseException) -> tuple[str, int]:
    """One line on why Kafka could not be spoken to, and the exit code that goes with it.

    Tries each server once, up to the login. Blocks for some seconds; not for an event loop.
    """
    refused = _refusal(error)
    found = {} if refused else {server: _probe(settings, server) for server in settings.servers}
    if not refused and settings.kafka_security_protocol.startswith("SASL"):
        answering = [server for server, text in found.items() if not text]
        refused = next(filter(None, (asyncio.run(_log_in(settings, server)) for server in answering)), None)
    if refused:
        how = f"{settings.kafka_security_protocol}, {settings.kafka_sasl_mechanism}"
        return (
            f"Kafka at {settings.kafka} refuses the login of {settings.kafka_user} ({how}): {refused}",
            EXIT_CONFIG,
        )
    certificates = [text for text in found.values() if text.startswith("certificate")]
    if certificates and len(certificates) == len(found):
        return f"Kafka at {settings.kafka}: {certificates[0]} (see QUNPULSE_KAFKA_CA)", EXIT_CONFIG
    said = "; ".join(f"{server}: {text}" for server, text in found.items() if text)
    return f"no broker at {settings.kafka}: {said or error}", EXIT_UNAVAILABLE


def _refusal(error: BaseException | None) -> str | None:
    """Name of the error by which a broker refused a login, somewhere behind `error`."""
    while error is not None:
        if type(error).__name__ in LOGIN_ERRORS:
            return type(error).__name__
        error = error.__cause__ or error.__context__
    return None


async def _log_in(settings: Settings, server: str) -> str | None:
    """Name of the error by which `server` refuses our login; kafka-python tries again and never tells it."""
    host, _, port = server.rpartition(":")
    arguments = {name: value for name, value in connection(settings).items() if name != "bootstrap_servers"}
    try:
        peer = await create_conn(host, int(port), request_timeout_ms=int(PROBE_SECONDS * 1000), **arguments)
    except (KafkaError, OSError, TimeoutError) as error:
        return _refusal(error)
    peer.close()
    return None


def _probe(settings: Settings, server: str) -> str:
    """What is wrong with one server as far as TCP and TLS can tell, or nothing."""
    host, _, port = server.rpartition(":")
    host = host.strip("[]")
    try:
        with socket.create_connection((host, int(port)), PROBE_SECONDS) as plain:
            if settings.kafka_security_protocol.endswith("SSL"):
                with tls_context(settings).wrap_socket(plain, server_hostname=host):
                    pass
    except ssl.SSLCertVerificationError as error:
        return f"certificate: {error.verify_message}"
    except socket.gaierror:
        return "unknown host"
    except (OSError, ssl.SSLError) as error:
        return _tls_words(error)
    return ""


def _tls_words(error: OSError) -> str:
    """The few words of an error that a person wants: OpenSSL brings its source line along."""
    if isinstance(error, ssl.SSLError):
        return (error.reason or str(error)).replace("_", " ").lower()
    return (error.strerror or str(error) or type(error).__name__).lower()
