"""The runbook as a page: open to everybody, each alert's section under its name, and no link that leads nowhere."""

import re

import pytest

from sinks.http.runbook import text_of
from tests.sinks.test_http_world import opened


@pytest.mark.parametrize(("query", "language"), [("", "en"), ("?lang=zh", "zh")])
def test_each_section_can_be_linked_to(query: str, language: str) -> None:
    with opened("t0ken-of-the-api") as world:
        answer = world.client.get(f"/runbook{query}")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    assert f'<html lang="{language}">' in answer.text
    ids = re.findall(r'<h2 id="(\w+)">', answer.text)
    names = re.findall(r"^## (\w+)$", text_of("zh" if language == "zh" else "en"), re.MULTILINE)
    assert ids == [name.lower() for name in names] and len(ids) > 10
    assert "<a " not in answer.text and "<script" not in answer.text
    assert "sha256-" in answer.headers["content-security-policy"]


def test_another_language_is_a_clear_error() -> None:
    with opened() as world:
        world.get("/runbook?lang=fr", 422)
