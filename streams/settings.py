"""Settings: the only place that reads the environment.

Every setting is an environment variable with the prefix ``QUNPULSE_``; the same names may stand in a file, one
``NAME=value`` a line, whose path is in ``QUNPULSE_ENV_FILE`` (default ``qunpulse.env``). The environment wins.
Every secret may be given as the path of a file: ``QUNPULSE_API_TOKEN_FILE``.
"""

import os
from pathlib import Path
from typing import Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SecretUnreadable(Exception):
    """The file that a ``QUNPULSE_..._FILE`` names cannot be read; the text names both."""


class Settings(BaseSettings):
    """Facts about a deployment. Tunables of the models are in `models.params`.

    No error text and no ``repr`` holds what was put in: it may be a secret in the wrong place.
    """

    model_config = SettingsConfigDict(
        env_prefix="QUNPULSE_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    kafka: str = Field("127.0.0.1:9092", description="Bootstrap servers, host:port, comma separated.")
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How the brokers are spoken to: with TLS, with a login, with both."
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="How the login to Kafka is proved."
    )
    kafka_user: str | None = Field(None, description="User of the login to Kafka.")
    kafka_password: SecretStr | None = Field(None, description="Password of the login to Kafka.")
    kafka_ca: Path | None = Field(
        None, description="Certificates that the brokers' are checked against (PEM); default: the system's."
    )
    kafka_certificate: Path | None = Field(
        None, description="Our own certificate and its chain (PEM), for brokers that ask for one."
    )
    kafka_key: Path | None = Field(None, description="Private key of our own certificate (PEM).")
    kafka_key_password: SecretStr | None = Field(None, description="Password of that private key.")
    topic_prefix: str = Field("qunpulse.", description="Prefix of every topic's name.")
    app_id: str = Field(
        "qunpulse",
        description="Consumer group of the workers; the sink's is this with `-sink`, a receiver's with `-notify-` and its name.",
    )
    partitions: int = Field(4, ge=1, le=1024, description="Partitions of a topic that has to be created.")
    replication: int = Field(1, ge=1, description="Replication factor of a topic that has to be created.")
    log_id: str | None = Field(
        None,
        description="Name of this incarnation of the log; default: the cluster id. Change it with the broker's data.",
    )
    clickhouse: str = Field(
        "clickhouse://127.0.0.1:9000",
        description="Store: `clickhouse://user:password@host:port/database` or `chdb:///path` for the embedded engine.",
    )
    clickhouse_password: SecretStr | None = Field(
        None, description="Password of the store, when not in the address."
    )
    timezone: str = Field("Asia/Shanghai", description="Zone of calendar days: check-ins, streaks, recency.")
    answer_minutes: int = Field(
        10,
        ge=1,
        le=600,
        description="Staff have so many minutes of service to answer a question or a complaint.",
    )
    service_from: int = Field(9, ge=0, le=23, description="Local hour at which the hours of service begin.")
    service_until: int = Field(21, ge=1, le=24, description="Local hour at which the hours of service end.")
    clock: Literal["wall", "stream"] = Field(
        "wall", description="`wall` live; `stream` in a replay: the stream's own time drives the timers."
    )
    rules: Path | None = Field(
        None, description="Rule file of the tags, or the name of a shipped one, such as full."
    )
    profile_features: bool = Field(
        False,
        description="Whether profiles carry every feature that a rule reads, such as the commonest category.",
    )
    half_life_days: float = Field(7.0, gt=0, description="Half-life of the activity score, days (M12).")
    daily_message_cap: int = Field(
        20, ge=1, description="Messages a member and day that count for the score (M12)."
    )
    population: Path | None = Field(
        None,
        description="Population behind P(alive), as `qunpulse fit` writes it; default: the published one.",
    )
    state: Literal["memory", "rocksdict"] = Field("memory", description="Where encoded state values live.")
    state_dir: Path = Field(Path("qunpulse-state"), description="Folder of the state when it is on disk.")
    flush_seconds: float = Field(
        0.2,
        gt=0,
        le=10,
        description="Longest time between an event and its facts' delivery, with no backlog.",
    )
    flush_rows: int = Field(
        20_000,
        ge=1,
        description="Rows after which a flush does not wait any longer; five times as many behind a backlog.",
    )
    session_seconds: float = Field(8.0, ge=6, description="Kafka session time-out of workers and sink.")
    max_event_bytes: int = Field(262_144, ge=1024, description="Larger events become dead letters.")
    max_ahead_seconds: int = Field(
        86_400, ge=0, description="Events further ahead of the wall become dead letters."
    )
    max_dead_letters: int = Field(
        1000,
        ge=0,
        description="Dead letters of one topic within a minute above which a worker may end itself; 0 is no limit.",
    )
    max_dead_letter_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="It does when they are also more than this share of the topic's records in that minute.",
    )
    idle_seconds: float = Field(
        5.0, gt=0, description="In a replay, a source silent for so long holds no other back."
    )
    stall_seconds: float = Field(
        60.0, gt=0, description="A worker with lag and no progress for so long ends itself."
    )
    sink_rows: int = Field(20_000, ge=1, description="Most rows of one insert.")
    sink_seconds: float = Field(0.3, gt=0, description="Longest wait for more rows before an insert.")
    view_seconds: float = Field(
        60.0, ge=1, description="How often the views are asked that tags of the rule file name."
    )
    view_events: int = Field(
        10_000,
        ge=1,
        description="Most tags of views that are set or cleared at a time; the others come next.",
    )
    api_host: str = Field("127.0.0.1", description="Address of the HTTP API; not loopback only with a token.")
    api_port: int = Field(8080, ge=0, le=65535, description="Port of the HTTP API.")
    api_token: SecretStr | None = Field(None, description="Bearer token of the HTTP API, of an admin.")
    api_tokens_file: Path | None = Field(
        None, description="File of more tokens, with roles and brands; read again when it changes."
    )
    api_rate: float = Field(
        50.0,
        ge=0,
        description="Requests a second of one token or address, twice as many at once; 0 is no limit.",
    )
    worker_host: str = Field("127.0.0.1", description="Address of the worker's health and metrics.")
    worker_port: int = Field(
        6066, ge=0, le=65535, description="Port of the worker's health and metrics; 0 picks one."
    )
    alertmanager: str = Field(
        "", description="Alertmanagers that `qunpulse notify` tells: `http://host:port`, comma separated."
    )
    alertmanager_user: str | None = Field(None, description="User of the login to Alertmanager.")
    alertmanager_password: SecretStr | None = Field(
        None, description="Password of the login to Alertmanager; without a user it is a bearer token."
    )
    alertmanager_repeat_seconds: float = Field(
        60.0, gt=0, description="How often Alertmanager is told again of what is open."
    )
    alertmanager_hold_seconds: float = Field(
        900.0,
        ge=60,
        description="An open alert of which Alertmanager hears nothing for so long ends there; longer than any restart.",
    )
    webhooks: SecretStr | None = Field(
        None,
        description="Webhooks that are told of alerts: `name=https://...`, one a line or comma separated.",
    )
    webhook_secrets: SecretStr | None = Field(
        None,
        description="What webhooks are signed with: one secret for all, or `name=secret`, one a line.",
    )
    wecom_robots: SecretStr | None = Field(
        None, description="WeCom group robots that are told of alerts: `name=https://...`, as of webhooks."
    )
    notify_language: Literal["zh", "en"] = Field("zh", description="Language of messages to WeCom.")
    notify_update_seconds: float = Field(
        300.0,
        ge=0,
        description="Least time between two updates of one episode; a rise in severity does not wait.",
    )
    notify_give_up_seconds: float = Field(
        3600.0,
        ge=0,
        description="A notice at which a receiver fails for so long (500) becomes a dead letter; one that is away is waited for.",
    )
    notify_ca: Path | None = Field(
        None, description="Certificates that the receivers' are checked against (PEM); default: the system's."
    )
    board_url: str = Field(
        "",
        description="Address of a board that notifications link to; `{brand_id}`, `{group_id}`, `{member_id}`, `{alert_id}` are "
        "filled in.",
    )
    runbook_url: str = Field("", description="Address of the runbook that notifications link to.")
    notify_host: str = Field(
        "127.0.0.1", description="Address of the health and metrics of `qunpulse notify`."
    )
    notify_port: int = Field(
        6067, ge=0, le=65535, description="Port of the health and metrics of `qunpulse notify`."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level that is logged."
    )

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(
                f"no such time zone: {value!r} (an IANA name such as Asia/Shanghai is expected)"
            ) from None
        return value

    @model_validator(mode="after")
    def _service_has_hours(self) -> Self:
        if self.service_from >= self.service_until:
            raise ValueError("QUNPULSE_SERVICE_FROM is not before QUNPULSE_SERVICE_UNTIL")
        return self

    @model_validator(mode="after")
    def _kafka_is_a_list(self) -> Self:
        for server in self.servers:
            host, _, port = server.rpartition(":")
            if not host or not port.isdigit():
                raise ValueError(f"QUNPULSE_KAFKA: {server!r} is not host:port")
        return self

    @model_validator(mode="after")
    def _kafka_login_is_whole(self) -> Self:
        if self.kafka_security_protocol.startswith("SASL") and not (self.kafka_user and self.kafka_password):
            raise ValueError(
                f"QUNPULSE_KAFKA_SECURITY_PROTOCOL={self.kafka_security_protocol} needs QUNPULSE_KAFKA_USER "
                "and QUNPULSE_KAFKA_PASSWORD (or QUNPULSE_KAFKA_PASSWORD_FILE)"
            )
        if (self.kafka_certificate is None) != (self.kafka_key is None):
            raise ValueError("QUNPULSE_KAFKA_CERTIFICATE and QUNPULSE_KAFKA_KEY go together")
        return self

    @property
    def servers(self) -> list[str]:
        """Bootstrap servers as a list."""
        return [server.strip() for server in self.kafka.split(",") if server.strip()]

    def topic(self, name: str) -> str:
        """Full name of the topic declared as `name`."""
        return self.topic_prefix + name


SECRETS: Final = tuple(
    name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)
)
"""Settings that may be given as the path of a file."""


def load() -> Settings:
    """Settings of this process.

    Raises:
        pydantic.ValidationError: a setting has a value that cannot be used; the error names it.
        SecretUnreadable: the file of a secret cannot be read.
    """
    return Settings(_env_file=os.environ.get("QUNPULSE_ENV_FILE", "qunpulse.env"), **_secrets())  # type: ignore[arg-type]


def _secrets() -> dict[str, str]:
    found = {}
    for name in SECRETS:
        variable = f"QUNPULSE_{name.upper()}_FILE"
        if path := os.environ.get(variable):
            try:
                found[name] = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise SecretUnreadable(f"{variable}: {path}: {_why(error)}") from None
    return found


def _why(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or "cannot be read" if isinstance(error, OSError) else "not UTF-8"
