"""The YAML files that the generated parts are made from."""

from pathlib import Path
from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(path: Path) -> Any:
    """What a file holds."""
    return yaml.load(path.read_text("utf-8"), Loader=LOADER)
