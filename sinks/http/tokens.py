"""Who holds which token: from one setting, or from a file that is read again when it changes.

The file is YAML, a list of tokens. Each has a name, a role, the brands that it covers (none named: all), and either the token
itself or its SHA-256 in hex, so that the file need not hold what opens the door:

    - {name: board, role: reader, token: "long random text"}
    - {name: shop-a, role: reader, brands: [tea-house], sha256: 5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5}

Only hashes stay in memory. A wrong file stops a start; later it is told, and what held before goes on holding.
"""

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError, model_validator

LOOK_SECONDS: Final = 1.0
"""Time between two looks at whether the file has changed."""

MOST_BYTES: Final = 1_000_000


class Role(IntEnum):
    """What a token may do; each may all that those before it may."""

    READER = 1
    """Ask about members, groups and alerts of its brands."""
    OPERATOR = 2
    """Also see what was refused, of whatever brand."""
    ADMIN = 3
    """Also see who holds tokens."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one token allows; ``brands`` is None for all."""

    name: str
    role: Role
    brands: frozenset[str] | None = None
    digest: bytes = field(default=b"", repr=False)

    def covers(self, brand_id: str) -> bool:
        """Whether the brand may be asked about."""
        return self.brands is None or brand_id in self.brands


ANYBODY: Final = Grant("anybody", Role.ADMIN)
"""Who asks a server that has no tokens: somebody on this machine."""


class TokensWrong(ValueError):
    """The file of tokens cannot be used; the text says where and why, and holds nothing of it."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(min_length=1, max_length=64)]
    role: Literal["reader", "operator", "admin"]
    brands: (
        Annotated[list[Annotated[str, Field(min_length=1, max_length=128)]], Field(min_length=1)] | None
    ) = None
    token: Annotated[SecretStr, Field(min_length=16)] | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if (self.token is None) == (self.sha256 is None):
            raise ValueError("either token or sha256 is needed")
        if self.brands is not None and self.role != "reader":
            raise ValueError("only a reader may be held to brands: the others see what has none")
        return self

    def grant(self) -> Grant:
        digest = (
            bytes.fromhex(self.sha256 or "") if self.token is None else hashed(self.token.get_secret_value())
        )
        brands = None if self.brands is None else frozenset(self.brands)
        return Grant(self.name, Role[self.role.upper()], brands, digest)


_entries: Final = TypeAdapter(list[_Entry])


def hashed(token: str) -> bytes:
    """What is kept of a token."""
    return sha256(token.encode()).digest()


def read_tokens(path: Path) -> tuple[Grant, ...]:
    """Grants of the file.

    Raises:
        TokensWrong: it cannot be read, or is no list of tokens with names of their own.
    """
    try:
        text = path.read_bytes()
        if len(text) > MOST_BYTES:
            raise TokensWrong(f"{path}: more than {MOST_BYTES} bytes")
        grants = tuple(entry.grant() for entry in _entries.validate_python(yaml.safe_load(text)))
    except OSError as error:
        raise TokensWrong(f"{path}: {error.strerror or 'cannot be read'}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise TokensWrong(f"{path}{f':{mark.line + 1}' if mark else ''}: not YAML") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise TokensWrong(
            f"{path}: {'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"
        ) from None
    names = [grant.name for grant in grants]
    if not grants or len(set(names)) < len(names) or len({grant.digest for grant in grants}) < len(grants):
        raise TokensWrong(f"{path}: no token, or two of one name or of one value")
    return grants


class Tokens:
    """The tokens that hold now. One event loop asks."""

    def __init__(
        self,
        single: str | None = None,
        file: Path | None = None,
        said: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`single` is a token of an admin; `said` hears of a changed file, or of why it was not taken.

        Raises:
            TokensWrong: the file cannot be used.
        """
        self._single = (Grant("token", Role.ADMIN, None, hashed(single)),) if single else ()
        self._file = file
        self._said = said
        self._clock = clock
        self._looked_at = clock()
        self._mark = self._stat()
        self._grants = self._single + (read_tokens(file) if file else ())

    @property
    def guarded(self) -> bool:
        """Whether a token is asked for at all."""
        return bool(self._grants)

    @property
    def grants(self) -> tuple[Grant, ...]:
        """All that hold."""
        self._look()
        return self._grants

    def find(self, given: bytes) -> Grant | None:
        """The grant of a token, in a time that does not tell how near a wrong one is."""
        digest, found = sha256(given).digest(), None
        for grant in self.grants:
            if hmac.compare_digest(grant.digest, digest):
                found = grant
        return found

    def holds(self, grant: Grant) -> bool:
        """Whether what was granted still is."""
        return grant in self.grants or grant is ANYBODY

    def _look(self) -> None:
        if self._file is None or self._clock() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = self._clock()
        mark = self._stat()
        if mark == self._mark:
            return
        self._mark = mark
        try:
            self._grants = self._single + read_tokens(self._file)
            self._said(f"{self._file}: {len(self._grants) - len(self._single)} tokens hold now")
        except TokensWrong as error:
            self._said(f"the former tokens go on holding: {error}")

    def _stat(self) -> tuple[int, int, int] | None:
        try:
            found = self._file.stat() if self._file else None
        except OSError:
            return None
        return None if found is None else (found.st_mtime_ns, found.st_size, found.st_ino)
