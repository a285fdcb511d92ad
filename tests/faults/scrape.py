"""What a part says of itself in its metrics."""

import urllib.request
from collections import Counter


def scrape(port: int, seconds: float = 5) -> Counter[str]:
    """Metrics of a part, with labels and summed over them. Raises OSError when it does not answer in time."""
    found: Counter[str] = Counter()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=seconds) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith("qunpulse_"):
                name, _, value = line.rpartition(" ")
                found[name] += int(float(value)) if value not in {"NaN", "+Inf"} else 0
                if "{" in name:
                    found[name.partition("{")[0]] += int(float(value)) if value not in {"NaN", "+Inf"} else 0
    return found
