"""How Kafka is spoken to: what the settings ask for is in the arguments, and no secret is in any text."""

import socket
import ssl
import traceback
from pathlib import Path

import pytest
from aiokafka.errors import AuthenticationFailedError
from kafka.errors import KafkaConnectionError, SaslAuthenticationFailedError
from pydantic import ValidationError

from streams.connection import ConnectionMisconfigured, connection, explained, faust_credentials
from streams.fatal import EXIT_CONFIG, EXIT_UNAVAILABLE
from streams.settings import SECRETS, SecretUnreadable, Settings, load
from tests.certificates import AVAILABLE, Authority

SECRET = "correct horse battery"

LOGIN = {"kafka_user": "u", "kafka_password": SECRET}

needs_openssl = pytest.mark.skipif(not AVAILABLE, reason="openssl is not on PATH")


def test_plain_text_by_default() -> None:
    settings = Settings(kafka="a:1,b:2")
    assert connection(settings) == {"bootstrap_servers": ["a:1", "b:2"], "security_protocol": "PLAINTEXT"}
    assert faust_credentials(settings) is None


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_login_over_tls(mechanism: str) -> None:
    settings = Settings(kafka_security_protocol="SASL_SSL", kafka_sasl_mechanism=mechanism, **LOGIN)
    found = connection(settings)
    assert (found["sasl_mechanism"], found["sasl_plain_username"]) == (mechanism, "u")
    assert found["sasl_plain_password"] == SECRET
    assert found["ssl_context"].verify_mode == ssl.CERT_REQUIRED and found["ssl_context"].check_hostname
    theirs = faust_credentials(settings)
    assert theirs is not None and theirs.protocol.value == "SASL_SSL"
    assert theirs.mechanism.value == mechanism and SECRET not in repr(theirs)  # type: ignore[union-attr]


@needs_openssl
def test_own_authority_and_own_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    ours = authority.issue("client")
    settings = Settings(
        kafka_security_protocol="SSL",
        kafka_ca=authority.ca,
        kafka_certificate=ours.certificate,
        kafka_key=ours.key,
    )
    (only,) = connection(settings)["ssl_context"].get_ca_certs()
    assert only["subject"][0][0][1] == "QunPulse test CA"
    theirs = faust_credentials(settings)
    assert theirs is not None and theirs.protocol.value == "SSL"


@pytest.mark.parametrize("wrong", ["missing", "not a certificate"])
def test_a_bad_file_of_certificates_is_named(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "ca.pem"
    if wrong != "missing":
        path.write_text("hello")
    with pytest.raises(ConnectionMisconfigured, match=f"QUNPULSE_KAFKA_CA: {path}: [a-z]"):
        connection(Settings(kafka_security_protocol="SSL", kafka_ca=path))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kafka_security_protocol": "SASL_SSL"}, "needs QUNPULSE_KAFKA_USER"),
        ({"kafka_security_protocol": "SASL_SSL", "kafka_user": "u"}, "QUNPULSE_KAFKA_PASSWORD"),
        ({"kafka_security_protocol": "SSL", "kafka_key": "k"}, "go together"),
    ],
)
def test_half_a_login_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Settings(**given)  # type: ignore[arg-type]


def test_every_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"kafka_password", "clickhouse_password", "api_token", "kafka_key_password"} <= set(SECRETS)
    monkeypatch.setenv("QUNPULSE_ENV_FILE", str(tmp_path / "none"))
    for name in SECRETS:
        path = tmp_path / name
        path.write_text(f"{SECRET} {name}\n")
        monkeypatch.setenv(f"QUNPULSE_{name.upper()}_FILE", str(path))
    settings = load()
    for name in SECRETS:
        assert getattr(settings, name).get_secret_value() == f"{SECRET} {name}"
    assert SECRET not in repr(settings) + str(settings) + repr(settings.model_dump())


def test_a_secret_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, why in ((tmp_path / "none", "No such file"), (tmp_path, "directory")):
        monkeypatch.setenv("QUNPULSE_KAFKA_PASSWORD_FILE", str(path))
        with pytest.raises(SecretUnreadable, match=f"QUNPULSE_KAFKA_PASSWORD_FILE: {path}: .*{why}"):
            load()


def test_an_error_about_a_setting_does_not_hold_what_was_put_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUNPULSE_KAFKA_SECURITY_PROTOCOL", SECRET)
    monkeypatch.setenv("QUNPULSE_KAFKA_PASSWORD", SECRET)
    with pytest.raises(ValidationError) as caught:
        load()
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("error", [SaslAuthenticationFailedError(SECRET), AuthenticationFailedError(SECRET)])
def test_a_refused_login_is_a_setting_to_correct(error: Exception) -> None:
    settings = Settings(kafka_security_protocol="SASL_PLAINTEXT", kafka="h:1", **LOGIN)
    text, code = explained(settings, error)
    assert code == EXIT_CONFIG and "h:1 refuses the login of u (SASL_PLAINTEXT, SCRAM-SHA-512)" in text
    assert SECRET not in text


def test_why_nobody_answers_is_told_by_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = Settings(kafka=f"127.0.0.1:{port},nowhere.invalid:9")
    text, code = explained(settings, KafkaConnectionError("x"))
    assert code == EXIT_UNAVAILABLE
    assert f"127.0.0.1:{port}: connection refused" in text and "nowhere.invalid:9: unknown host" in text
