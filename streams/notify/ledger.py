"""What one receiver was told of the alerts of one partition. Pure: the clock is an argument, `flow` does the rest.

An entry is kept for each alert that is open, and for some days after its end, so that a repeated fact is known for one.
Entries live in the compacted topic ``notify-state``: written after the receiver has taken a notice and before the offset
behind its fact is committed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from schemas.versions import FormatVersionError
from sinks.notify.notice import AlertView, Notice, read_alert

LEDGER_VERSION: Final = 1

KEPT_MS: Final = 7 * 86_400_000
"""How long a closed alert is remembered, ms: longer than workers go on repeating facts after a crash."""

NEWS_MS: Final = 86_400_000
"""Age, ms, at which the end of an episode is no news to somebody who was never told of it."""


class Written(msgspec.Struct, omit_defaults=True):
    """An entry as it stands on ``notify-state``."""

    v: int
    alert: msgspec.Raw
    offset: int
    told: int | None = None
    told_at: int = 0
    told_severity: str | None = None
    refused: int | None = None


@dataclass(slots=True)
class Entry:
    """One alert: its latest version, and what the receiver knows."""

    alert: AlertView
    raw: bytes
    offset: int
    """Offset of the latest version on ``alerts``."""
    heard_at: int
    """When it was read, ms."""
    told: int | None = None
    """Version that the receiver was told last."""
    told_at: int = 0
    told_severity: str | None = None
    refused: int | None = None
    """Version that the receiver will never take."""
    silent: bool = False
    """It was over before there was anybody to tell."""

    @property
    def settled(self) -> bool:
        """The receiver knows the latest version, or will never."""
        return self.silent or self.alert.version in (self.told, self.refused)

    def due(self, now: int, pause: int) -> bool:
        """Whether the receiver is to be told now; `pause` is the least time between two updates, ms."""
        if self.settled:
            return False
        if self.told is None or self.alert.state != "updated" or self.alert.severity != self.told_severity:
            return True
        return now - self.told_at >= pause

    def notice(self) -> Notice:
        """The latest version, for the receiver."""
        return Notice(self.alert, self.raw, self.told_severity)


class Ledger:
    """Entries by alert id, in the order of their latest facts."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._changed: set[str] = set()
        self.fresh = True
        """Nothing was ever told here: what is over by now is nobody's news."""

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def fold(self, raw: bytes, offset: int, now: int) -> bool:
        """Take in a fact; False for a repeat.

        Raises:
            ValueError: it is no alert.
        """
        alert = read_alert(raw)
        known = self._entries.get(alert.alert_id)
        if known is not None and alert.version <= known.alert.version:
            if alert.version != known.refused or offset <= known.offset:
                return False
            known.refused = None  # somebody sent it again by hand
        entry = self._entries.pop(alert.alert_id, None) or Entry(alert, raw, offset, now)
        if entry.settled:
            entry.heard_at = now
        entry.alert, entry.raw, entry.offset = alert, raw, offset
        self._entries[alert.alert_id] = entry
        self._changed.add(alert.alert_id)
        return True

    def pass_over(self, now: int) -> None:
        """What has ended before there was anybody to tell, or long ago, is told to nobody. For what is read at a start."""
        for name, entry in list(self._entries.items()):
            if entry.told is not None or not entry.alert.over:
                continue
            age = now - (entry.alert.closed_at or entry.alert.as_of)
            entry.silent = entry.silent or self.fresh or age > NEWS_MS
            if entry.silent and age > KEPT_MS:
                del self._entries[name]
                self._changed.discard(name)

    def due(self, now: int, pause: int) -> list[Entry]:
        """Entries of which the receiver is to be told now."""
        return [entry for entry in self._entries.values() if entry.due(now, pause)]

    def to_repeat(self, now: int, hold: int) -> list[Entry]:
        """Entries that a receiver which forgets is told again: open ones, and those told closed less than `hold` ms ago."""
        return [
            entry
            for entry in self._entries.values()
            if entry.told is not None and (not entry.alert.over or now - entry.told_at < hold)
        ]

    def told(self, entry: Entry, now: int) -> None:
        """The receiver has taken the latest version."""
        entry.told, entry.told_at, entry.told_severity = entry.alert.version, now, entry.alert.severity
        self._changed.add(entry.alert.alert_id)

    def refused(self, entry: Entry) -> None:
        """The receiver will never take the latest version."""
        entry.refused = entry.alert.version
        self._changed.add(entry.alert.alert_id)

    def drain(self, receiver: str, now: int) -> list[tuple[bytes, bytes | None]]:
        """Records for ``notify-state``: what changed, and the removal of what is long over."""
        old = [name for name, entry in self._entries.items() if _forgotten(entry, now)]
        for name in old:
            del self._entries[name]
        changed, self._changed = self._changed - set(old), set()
        written: list[tuple[bytes, bytes | None]] = [
            (key_of(receiver, name), _write(self._entries[name])) for name in sorted(changed)
        ]
        return written + [(key_of(receiver, name), None) for name in old]

    def load(self, receiver: str, records: Iterable[tuple[bytes | None, bytes | None]], now: int) -> None:
        """Take in what stands on ``notify-state``, oldest first; entries of other receivers are passed over.

        Raises:
            FormatVersionError: a later version wrote it.
        """
        for key, value in records:
            owner, _, name = (key or b"").decode("utf-8", "replace").partition("\x1f")
            if owner != receiver:
                continue
            self.fresh = False
            if value is None:
                self._entries.pop(name, None)
                continue
            entry = _read(value, now)
            known = self._entries.get(name)
            if known is None or entry.alert.version >= known.alert.version:
                self._entries[name] = entry


def key_of(receiver: str, alert_id: str) -> bytes:
    """Key of an entry on ``notify-state``."""
    return f"{receiver}\x1f{alert_id}".encode()


def _forgotten(entry: Entry, now: int) -> bool:
    since = entry.told_at or entry.heard_at
    return entry.alert.over and entry.settled and now - since > KEPT_MS


def _write(entry: Entry) -> bytes:
    """The entry as a record. The topic never expires, so members named in the evidence go once the end is settled."""
    told = entry.alert.version if entry.silent else entry.told
    raw = entry.raw
    if entry.alert.over and entry.settled:
        raw = msgspec.json.encode(msgspec.json.decode(raw) | {"evidence": {}})
    return msgspec.json.encode(
        Written(LEDGER_VERSION, msgspec.Raw(raw), entry.offset, told, entry.told_at, entry.told_severity, entry.refused)
    )  # fmt: skip


def _read(value: bytes, now: int) -> Entry:
    version = msgspec.json.decode(value, type=_Version).v
    if version > LEDGER_VERSION:
        raise FormatVersionError.of("notify-state", version, LEDGER_VERSION)
    written = msgspec.json.decode(value, type=Written)
    raw = bytes(written.alert)
    return Entry(
        read_alert(raw), raw, written.offset, now, written.told, written.told_at, written.told_severity, written.refused
    )  # fmt: skip


class _Version(msgspec.Struct):
    v: int
