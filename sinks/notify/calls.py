"""One HTTP request to a receiver, and what its answer means. No text of an error holds more of an address than its host."""

from collections.abc import Mapping
from pathlib import Path
from ssl import SSLContext, SSLError, create_default_context
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from sinks.errors import SinkMisconfigured
from sinks.notify.base import ReceiverBroke, ReceiverUnavailable

TIMEOUT_SECONDS: Final = 10.0
"""Longest wait for an answer. A receiver that works before it answers should answer first."""

LONGEST_WISH: Final = 3600.0
"""Seconds: a longer ``Retry-After`` is cut to this."""

LATER: Final = frozenset({408, 425, 429, 502, 503, 504})
"""Answers that say nothing of the notice, only that it is not the time."""


class Refused(Exception):
    """The answer says that the same request will never be taken."""


class Caller:
    """Sends requests over connections that it keeps."""

    def __init__(self, ca: Path | None = None, timeout: float = TIMEOUT_SECONDS) -> None:
        """`ca` holds the certificates that the receivers' are checked against (PEM); None: the system's.

        Raises:
            SinkMisconfigured: the file cannot be used.
        """
        self._tls = _context(ca)
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> str:
        """POST; returns the text of an answer of success. Redirects are not followed: the body is not for others.

        Raises:
            ReceiverUnavailable: no answer, or one that asks to come again.
            ReceiverBroke: an answer of an error inside the receiver.
            Refused: any other answer.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout, trust_env=True)
        host = urlsplit(url).netloc.rpartition("@")[2]
        try:
            async with self._session.post(
                url, data=body, headers=headers, allow_redirects=False, ssl=self._tls
            ) as answer:
                said = (await answer.content.read(65_536)).decode("utf-8", "replace")
                status, wish = answer.status, answer.headers.get("Retry-After", "")
        except TimeoutError:
            raise ReceiverUnavailable(f"{host}: no answer in {self._timeout.total:g} s", "timeout") from None
        except (aiohttp.ClientError, OSError) as error:
            raise ReceiverUnavailable(f"{host}: {_words(error)}", "connection") from None
        if 200 <= status < 300:
            return said
        text = f"{host} answered {status}: {' '.join(said.split())[:200]}"
        if status in LATER:
            raise ReceiverUnavailable(text, str(status), _seconds(wish))
        if status >= 500:
            raise ReceiverBroke(text, str(status))
        raise Refused(text)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


def check_url(name: str, url: str) -> None:
    """A receiver's address can be used.

    Raises:
        SinkMisconfigured: it cannot; the text holds no part of it, for it may be a secret.
    """
    try:
        parts = urlsplit(url)
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fine = False
    if not fine:
        raise SinkMisconfigured(f"the address of {name} is not http:// or https:// and a host")


def _context(ca: Path | None) -> SSLContext:
    try:
        return create_default_context(cafile=ca)
    except (OSError, SSLError) as error:
        raise SinkMisconfigured(f"QUNPULSE_NOTIFY_CA: {ca}: {error.strerror or error}") from None


def _words(error: BaseException) -> str:
    inner = getattr(error, "os_error", None) or error
    return (getattr(inner, "strerror", None) or type(inner).__name__).lower()


def _seconds(wish: str) -> float:
    return min(LONGEST_WISH, float(wish)) if wish.isdigit() else 1.0
