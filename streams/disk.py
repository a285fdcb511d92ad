"""Encoded state values on disk, for state that has outgrown memory.

A cache of the changelog, not a truth of its own: it is opened empty at each assignment and filled by recovery, so a corrupt or
deleted folder costs a restart and nothing else. Counting entries is kept by hand: RocksDB can only estimate.
"""

import shutil
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import cast

from rocksdict import AccessType, Options, Rdict


class DiskValues(MutableMapping[bytes, bytes]):
    """Mapping of key to encoded value in a RocksDB folder of its own."""

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        self._db = Rdict(str(folder), options, access_type=AccessType.read_write())
        self._count = 0

    def __getitem__(self, key: bytes) -> bytes:
        return cast(bytes, self._db[key])

    def __setitem__(self, key: bytes, value: bytes) -> None:
        if key not in self._db:
            self._count += 1
        self._db[key] = value

    def __delitem__(self, key: bytes) -> None:
        if key not in self._db:
            raise KeyError(key)
        del self._db[key]
        self._count -= 1

    def __iter__(self) -> Iterator[bytes]:
        yield from self._db.keys()

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        """Close the database; its files stay until the next assignment."""
        self._db.close()
