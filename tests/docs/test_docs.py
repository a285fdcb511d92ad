"""The pages are true: generated parts, both languages, links and commands."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_docs_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "check.py")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_stale_page_is_named(tmp_path: Path) -> None:
    for name in ("README.md", "README.zh-CN.md"):
        (tmp_path / name).symlink_to(ROOT / name)
    spoilt = (ROOT / "docs" / "topics.md").read_text("utf-8").replace("| `chat` |", "| `chats` |", 1)
    copy(ROOT / "docs", tmp_path / "docs")
    (tmp_path / "docs" / "topics.md").write_text(spoilt, "utf-8")
    done = subprocess.run(
        [sys.executable, str(tmp_path / "docs" / "check.py")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 1
    assert "docs/topics.md: stale" in done.stdout


def copy(source: Path, target: Path) -> None:
    for file in source.rglob("*"):
        if file.suffix in {".md", ".py", ".yaml"}:
            to = target / file.relative_to(source)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(file.read_bytes())
