"""Signatures of webhooks as *Standard Webhooks* has them (standardwebhooks.com), which libraries of most languages can check.

webhook-id: ALERT.VERSION                       the same in every repeat: keep it and drop what you had
webhook-timestamp: SECONDS                      refuse what is too old, so that nobody can send it again
webhook-signature: v1,BASE64(HMAC-SHA256(secret, "ID.TIMESTAMP.BODY"))
"""

import base64
import binascii
import hashlib
import hmac
from typing import Final

MARK: Final = "whsec_"
"""A secret that begins so is base64 behind it; any other is taken as its UTF-8 bytes."""

LEAST_BYTES: Final = 16
"""A shorter secret can be guessed."""


def key_of(secret: str) -> bytes:
    """Bytes of a secret.

    Raises:
        ValueError: it is too short, or begins with ``whsec_`` and is not base64. The text does not hold it.
    """
    try:
        key = (
            base64.b64decode(secret.removeprefix(MARK), validate=True)
            if secret.startswith(MARK)
            else secret.encode()
        )
    except (binascii.Error, ValueError):
        raise ValueError(f"a secret that begins with {MARK} must be base64 behind it") from None
    if len(key) < LEAST_BYTES:
        raise ValueError(f"a secret of {len(key)} bytes is too short; at least {LEAST_BYTES} are needed")
    return key


def signed(key: bytes, message_id: str, seconds: int, body: bytes) -> dict[str, str]:
    """Headers that prove who sent `body`, and when (`seconds` since the epoch)."""
    content = b".".join((message_id.encode(), str(seconds).encode(), body))
    mac = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{mac}",
    }
