"""The live page, driven in a real browser where there is one."""

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx import Client, HTTPError

from sinks.http import Fact
from sinks.http.page import policy
from tests.sinks.test_http_world import ALERT, AT, CHANGE, PROFILE, STATS, World, opened

DRIVER = shutil.which("chromedriver")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
in_browser = pytest.mark.skipif(
    DRIVER is None or CHROMIUM is None, reason="chromium and chromedriver are not installed"
)

FLAGS = (
    "headless no-sandbox disable-gpu no-first-run disable-background-networking disable-component-update "
    "disable-sync disable-dev-shm-usage no-proxy-server lang=en"
)
NASTY = "<img src=x onerror=document.title='owned'>"


class Browser:
    """A browser behind chromedriver, spoken to in plain WebDriver."""

    def __init__(self, base: str, profile: Path) -> None:
        flags = [f"--{flag}" for flag in FLAGS.split()] + [f"--user-data-dir={profile}"]
        options = {"args": flags, "binary": CHROMIUM}
        self._client = Client(base_url=base, timeout=60, trust_env=False)
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        made = self._client.post("/session", json={"capabilities": {"alwaysMatch": wanted}}).json()["value"]
        assert "sessionId" in made, made
        self._session = f"/session/{made['sessionId']}"

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self._client.post(self._session + path, json=body).json()["value"]

    def open(self, url: str) -> None:
        """Show `url`; what the page of an earlier test complained of when its server went is forgotten."""
        self._post("/url", {"url": "about:blank"})
        self.complaints()
        self._post("/url", {"url": url})

    def run(self, script: str) -> Any:
        return self._post("/execute/sync", {"script": script, "args": []})

    def text(self, element: str) -> str:
        return str(self.run(f"return document.getElementById({json.dumps(element)}).innerText"))

    def until(self, met: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + 15
        while not met():
            assert time.monotonic() < end, (
                f"not seen: {what}; page: {self.run('return document.body.innerText')}"
            )
            time.sleep(0.1)

    def complaints(self) -> list[str]:
        """Errors on the console but for the refusals that a test provokes."""
        log = self._post("/se/log", {"type": "browser"})
        return [
            entry["message"] for entry in log if entry["level"] == "SEVERE" and "401" not in entry["message"]
        ]

    def close(self) -> None:
        self._client.delete(self._session)
        self._client.close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert DRIVER is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [DRIVER, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as driver:
        try:
            base = f"http://127.0.0.1:{port}"
            _answering(base)
            made = Browser(base, tmp_path_factory.mktemp("browser"))
            yield made
            made.close()
        finally:
            driver.terminate()
            driver.wait(10)


def _answering(base: str) -> None:
    for _ in range(200):
        try:
            if Client(base_url=base, trust_env=False).get("/status").json()["value"]["ready"]:
                return
        except HTTPError:
            time.sleep(0.05)
    pytest.fail("chromedriver does not answer")


def populate(world: World) -> None:
    for number in range(7):
        stage = "growth" if number < 4 else "lost"
        world.store.profiles.append({**PROFILE, "member_id": f"m{number}", "stage": stage})
    world.store.profiles.append({**PROFILE, "member_id": NASTY})
    world.store.changes += [{**CHANGE, "member_id": NASTY}, {**CHANGE, "member_id": "m1"}]
    world.store.stats.append({**STATS, "group_id": "福利群/1"})
    world.store.alert_rows += [ALERT, {**ALERT, "alert_id": "a2", "closed_at": AT, "text_en": "It is over"}]
    world.board.reached(AT / 1000 + 58)
    world.board.stored(120)


def changed(member_id: str, change: str) -> Fact:
    body = {**CHANGE, "member_id": member_id, "change": change}
    return Fact("tag-change", "default", json.dumps(body).encode())


@in_browser
def test_the_page_shows_the_community_and_follows_it(browser: Browser) -> None:
    with opened() as world:
        populate(world)
        browser.open(f"{world.client.base_url}/?lang=en&theme=light")
        browser.until(lambda: browser.text("members") == "8", "the number of members")
        assert browser.text("fresh") == "behind 2 s"
        assert browser.text("open") == "1"
        assert "Growth" in browser.text("stages") and "5" in browser.text("stages")
        assert "Highly active" in browser.text("tags")
        assert re.search(r"福利群/1\s+200\s+2\s+1\s+30\s+5%", browser.text("groups"))
        assert "Group g1: members leave" in browser.text("opened")
        assert "It is over" in browser.text("closed")
        browser.until(lambda: browser.text("live") == "live", "the stream")
        world.feed.publish([changed("m1", "entered"), changed(NASTY, "left"), changed(NASTY, "entered")])
        browser.until(lambda: browser.text("entered") == "+2", "tags entered")
        assert browser.text("left") == "−1"
        assert NASTY in browser.text("feed"), "an id is text, never markup"
        assert browser.run("return document.title") == "群脉 QunPulse"
        browser.run("document.querySelector('#feed button').click()")
        browser.until(lambda: "has held since 2026-01-05" in browser.text("reasons"), "the explanation")
        browser.run("document.querySelector('#why button').click()")
        browser.run("document.getElementById('lang').click(); document.getElementById('theme').click()")
        assert "成长期" in browser.text("stages") and "高活跃" in browser.text("tags")
        assert "退群激增" in browser.text("opened")
        assert browser.run("return document.documentElement.dataset.theme") == "dark"
        assert browser.complaints() == []


@in_browser
def test_an_open_episode_shows_its_figures_cause_and_evidence(browser: Browser) -> None:
    evidence = {
        **{
            "cause": "inviter",
            "cause_detail": NASTY,
            "cause_share": 0.75,
            "left": 11,
            "kicked": 1,
            "banned": 0,
        },
        **{"returned": 3, "paid_left_fen": 123_450, "first_leavers": ["m1", "m2"], "later": {"un": "known"}},
    }
    with opened() as world:
        world.store.alert_rows.append({**ALERT, "evidence": evidence, "severity": "warning", "p_value": 2e-5})
        browser.open(f"{world.client.base_url}/?lang=en&theme=light")
        browser.until(lambda: "Churn spike" in browser.text("opened"), "the episode")
        browser.run("document.querySelector('#opened details').open = true")
        browser.until(lambda: "First to leave" in browser.text("opened"), "the evidence")
        said = browser.text("opened")
        assert re.search(
            r"Observed\s+12\s+Usual, about\s+0\.4\s+Size before\s+200\s+By chance\s+1 : 50,000\s+Back again\s+3",
            said,
        )
        assert f"Suspected cause: the same inviter {NASTY} · 75%" in said, (
            "what others named is text, never markup"
        )
        assert re.search(
            r"Left by themselves\s+11\s+Removed\s+1\s+Paid by those who left\s+¥1,234.5\s+First to leave\s+m1, m2",
            said,
        )
        browser.run("document.getElementById('lang').click()")
        browser.until(lambda: "疑似原因：同一邀请人" in browser.text("opened"), "the cause in Chinese")
        assert browser.run("return document.querySelector('#opened details').open"), (
            "it stays open when drawn anew"
        )
        assert browser.complaints() == []


@in_browser
def test_the_page_asks_for_the_token(browser: Browser) -> None:
    with opened("s3cret") as world:
        populate(world)
        browser.open(f"{world.client.base_url}/?lang=en")
        browser.until(lambda: bool(browser.run("return document.getElementById('ask').open")), "the question")
        assert browser.text("members") == "–"
        give = "document.getElementById('secret').value = 's3cret'; document.querySelector('#ask button').click()"
        browser.run(give)
        browser.until(lambda: browser.text("members") == "8", "the number of members")
        browser.until(lambda: browser.text("live") == "live", "the stream")
        world.feed.publish([changed("m1", "entered")])
        browser.until(lambda: browser.text("entered") == "+1", "one change, once")
        assert browser.complaints() == []


@in_browser
def test_what_is_unknown_is_said_to_be_unknown(browser: Browser) -> None:
    with opened() as world:
        world.store.stats.append(STATS)
        browser.open(f"{world.client.base_url}/?lang=en")
        browser.until(lambda: browser.text("members") == "0", "an empty community")
        assert browser.text("fresh") == "freshness unknown"
        assert browser.text("rate") == "–"
        assert re.search(r"g1\s+200\s+–\s+–\s+–", browser.text("groups"))


def test_the_page_loads_nothing_from_elsewhere() -> None:
    with opened() as world:
        response = world.client.get("/")
        assert response.headers["content-type"].startswith("text/html")
        said = response.headers["content-security-policy"]
        assert "default-src 'none'" in said and "unsafe" not in said
        assert not re.findall(r"(?:src|href)=[\"']?https?:|@import|url\(", response.text)
        assert said == policy(response.text)


def test_both_languages_have_the_same_words() -> None:
    with opened() as world:
        words = world.client.get("/").text.split("const WORDS = {")[1].split("const STAGES")[0]
    zh, en = (set(re.findall(r"(?:^|[ {])(\w+): \"", part)) for part in words.split("  en: {"))
    assert zh == en
