"""A certificate authority of the tests' own, made with openssl."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

LEAF = """subjectAltName=IP:127.0.0.1,DNS:localhost
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth,clientAuth
"""

AVAILABLE = shutil.which("openssl") is not None


@dataclass(frozen=True)
class Certificate:
    """Files, PEM: the certificate, its key, and both in one."""

    certificate: Path
    key: Path
    both: Path


class Authority:
    """Issues certificates for 127.0.0.1 and localhost; whoever trusts `ca` trusts them."""

    def __init__(self, folder: Path, name: str = "QunPulse test CA") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.ca = folder / "ca.pem"
        self._key = folder / "ca.key"
        _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                 "-keyout", self._key, "-out", self.ca)  # fmt: skip

    def issue(self, name: str) -> Certificate:
        """A certificate and its key, for servers and clients alike."""
        folder = self._folder
        request, leaf, key, both = (folder / f"{name}.{end}" for end in ("csr", "pem", "key", "both.pem"))
        extensions = folder / f"{name}.ext"
        extensions.write_text(LEAF)
        _openssl(
            "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request
        )
        _openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self._key, "-CAcreateserial",
                 "-days", "2", "-extfile", extensions, "-out", leaf)  # fmt: skip
        both.write_text(key.read_text() + leaf.read_text() + self.ca.read_text())
        return Certificate(leaf, key, both)


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)
