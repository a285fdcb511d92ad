"""Tokens with roles and brands, rates and sizes: what each may see, on every route."""

import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from sinks.http import Tokens, TokensWrong, check_bind
from sinks.http.guard import BODY_BYTES, FAILURES, HEADER_BYTES, TARGET_BYTES
from sinks.http.rate import Buckets
from sinks.http.tokens import Role, read_tokens
from tests.sinks.test_http_world import ALERT, AT, CHANGE, PROFILE, STATS, World, opened

SECRETS = {name: f"{name}-{'x' * 20}" for name in ("shop", "two", "reader", "operator", "admin")}
FILE = f"""
- {{name: shop, role: reader, brands: [tea], token: "{SECRETS["shop"]}"}}
- {{name: two, role: reader, brands: [tea, 咖啡], sha256: {sha256(SECRETS["two"].encode()).hexdigest()}}}
- {{name: reader, role: reader, token: "{SECRETS["reader"]}"}}
- {{name: operator, role: operator, token: "{SECRETS["operator"]}"}}
- {{name: admin, role: admin, token: "{SECRETS["admin"]}"}}
"""
LETTER = {"topic": "chat", "partition": 0, "offset": 7, "stage": "contract", "reason": "not_json", "detail": "cut off",
          "value_size": 9, "failed_at": AT, "status": "new"}  # fmt: skip
OF_A_BRAND = [
    "/v1/members/m1", "/v1/members/m1/explain", "/v1/members/m1/tags", "/v1/tags/activity.high/members", "/v1/groups/g1",
    "/v1/alerts", "/v1/overview", "/v1/stream",
]  # fmt: skip


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tokens.yaml"
    path.write_text(FILE)
    return path


@pytest.fixture
def world(file: Path) -> Iterator[World]:
    with opened(Tokens(None, file)) as made:
        for brand in ("tea", "wine", "default"):
            made.store.profiles.append({**PROFILE, "member_id": "m1", "brand_id": brand})
            made.store.changes.append({**CHANGE, "brand_id": brand})
            made.store.stats.append({**STATS, "brand_id": brand})
            made.store.alert_rows.append({**ALERT, "brand_id": brand})
        made.store.letters.append(LETTER)
        yield made


def status(world: World, name: str, path: str, **params: Any) -> int:
    headers = {"Authorization": f"Bearer {SECRETS.get(name, name)}"}
    with world.client.stream("GET", path, params=params or None, headers=headers) as response:
        if response.status_code >= 400:
            assert response.headers["content-type"] == "application/problem+json"
            response.read()
            assert response.json()["status"] == response.status_code
        return response.status_code


def test_every_route_of_data_is_tried_here(world: World) -> None:
    headers = {"Authorization": f"Bearer {SECRETS['admin']}"}
    paths = world.client.get("/openapi.json", headers=headers).json()["paths"]
    of_a_brand = {
        path
        for path, operations in paths.items()
        if any(one["name"] == "brand_id" for one in operations.get("get", {}).get("parameters", ()))
    }
    others = {path for path in paths if path.startswith("/v1/")} - of_a_brand
    assert others == {"/v1/dead-letters", "/v1/tokens", "/v1/erasures"}
    assert [path for path, operations in paths.items() if operations.keys() != {"get"}] == ["/v1/erasures"]
    known = {"member_id": "m1", "group_id": "g1", "tag": "activity.high"}
    assert {path.format(**known) for path in of_a_brand} == set(OF_A_BRAND)


@pytest.mark.parametrize("path", OF_A_BRAND)
def test_a_token_of_a_brand_sees_nothing_of_another(world: World, path: str) -> None:
    assert status(world, "shop", path, brand_id="tea") == 200
    assert status(world, "shop", path) == 200, "its only brand is meant"
    for other in ("wine", "no such brand", "default"):
        assert status(world, "shop", path, brand_id=other) == 403
    assert status(world, "shop", f"{path}?brand_id=tea&brand_id=wine") == 403
    assert status(world, "shop", f"{path}?brand_id=wine&brand_id=tea") == 200, (
        "the last one is what is answered"
    )
    assert status(world, "two", path, brand_id="tea") == 200
    assert status(world, "two", path) == 403, "of two brands none is meant"
    assert status(world, "reader", path, brand_id="wine") == 200
    assert status(world, "nobody's token", path, brand_id="tea") == 401


@pytest.mark.parametrize(
    ("path", "may"), [("/v1/dead-letters", {"operator", "admin"}), ("/v1/tokens", {"admin"})]
)
def test_what_is_of_no_brand_needs_a_role(world: World, path: str, may: set[str]) -> None:
    assert {name for name in SECRETS if status(world, name, path) == 200} == may


def test_only_an_admin_erases_and_no_web_page_does(world: World) -> None:
    wanted = {"brand_id": "tea", "member_id": "m1"}

    def erase(name: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {SECRETS[name]}"}
        return world.client.post("/v1/erasures", headers=headers | more.pop("headers", {}), **more)

    assert {name for name in SECRETS if erase(name, json=wanted | {"dry_run": True}).status_code == 200} == {
        "admin"
    }
    assert world.client.post("/v1/erasures", json=wanted).status_code == 401
    simple = {
        "Content-Type": "text/plain"
    }  # all that a page of another site can send without being asked first
    assert erase("admin", content=json.dumps(wanted), headers=simple).status_code == 422
    assert erase("admin", json=wanted | {"member_id": ""}).status_code == 422
    assert status(world, "reader", "/v1/members/m1", brand_id="tea") == 200
    assert erase("admin", json=wanted).json()["tables"] == {"tag_changes": 1, "member_profiles": 1}
    assert status(world, "reader", "/v1/members/m1", brand_id="tea") == 404
    assert status(world, "reader", "/v1/members/m1", brand_id="wine") == 200


def test_what_operators_and_admins_see(world: World) -> None:
    headers = {"Authorization": f"Bearer {SECRETS['admin']}"}
    letters = world.client.get("/v1/dead-letters?reason=not_json", headers=headers).json()["letters"]
    assert [(one["topic"], one["offset"], one["failed_at"]) for one in letters] == [
        ("chat", 7, "2026-01-05T09:00:00Z")
    ]
    assert world.client.get("/v1/dead-letters?reason=empty", headers=headers).json()["letters"] == []
    said = world.client.get("/v1/tokens", headers=headers)
    assert said.json()["tokens"][0] == {"name": "shop", "role": "reader", "brands": ["tea"]}
    assert not any(secret in said.text for secret in SECRETS.values())


def test_the_file_is_read_again_when_it_changes_and_a_wrong_one_changes_nothing(file: Path) -> None:
    clock, said = Clock(), list[str]()
    tokens = Tokens("single-token", file, said.append, clock)
    shop, single = SECRETS["shop"].encode(), tokens.find(b"single-token")
    assert single is not None and (single.role, single.brands) == (Role.ADMIN, None)
    grant = tokens.find(shop)
    assert grant is not None and grant.brands == {"tea"} and tokens.holds(grant)

    file.write_text(FILE.replace("[tea]", "[wine]"))
    clock.now += 2
    moved = tokens.find(shop)
    assert moved is not None and moved.brands == {"wine"} and not tokens.holds(grant)
    file.write_text("- [")
    clock.now += 2
    assert tokens.find(shop) == moved
    os.remove(file)
    clock.now += 2
    assert tokens.find(shop) == moved and tokens.holds(single)
    assert len(said) == 3 and "6 tokens hold" not in said[0]
    assert not any(secret in line for line in said for secret in SECRETS.values())


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "- {name: a, role: reader}", "- {name: a, role: king, token: 0123456789abcdef}", "- [", "- 'a",
     "- {name: a, role: reader, token: short}", "- {name: a, role: admin, brands: [b], token: 0123456789abcdef}",
     "- {name: a, role: reader, brands: [], token: 0123456789abcdefg}", "- {name: a, role: reader, sha256: beef}",
     "- {name: a, role: reader, token: secret-secret-secret, sha256: " + "0" * 64 + "}",
     "- {name: a, role: reader, tokn: secret-secret-secret}",
     "- {name: a, role: reader, token: secret-secret-secret}\n- {name: a, role: admin, token: another-secret-16}",
     "- {name: a, role: reader, token: secret-secret-secret}\n- {name: b, role: admin, token: secret-secret-secret}"],
)  # fmt: skip
def test_a_wrong_file_is_refused_without_telling_what_is_in_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tokens.yaml"
    path.write_text(text)
    with pytest.raises(TokensWrong) as caught:
        read_tokens(path)
    assert str(path) in str(caught.value) and "secret" not in str(caught.value)
    with pytest.raises(TokensWrong, match="No such file"):
        Tokens(None, tmp_path / "none.yaml")


def test_only_hashes_are_kept(file: Path) -> None:
    tokens = Tokens("single-token", file)
    kept = repr([vars(tokens), tokens.grants, [grant.digest for grant in tokens.grants]])
    assert not any(secret in kept for secret in [*SECRETS.values(), "single-token"])
    check_bind("0.0.0.0", tokens.guarded)


def test_who_asks_too_often_waits_and_nobody_else_does(file: Path) -> None:
    with opened(Tokens(None, file), rate=5) as world:
        seen = [status(world, "reader", "/v1/alerts") for _ in range(14)]
        assert seen[:10] == [200] * 10 and 429 in seen[10:]
        headers = {"Authorization": f"Bearer {SECRETS['reader']}"}
        refused = world.client.get("/v1/alerts", headers=headers)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert refused.headers["content-type"] == "application/problem+json"
        assert status(world, "operator", "/v1/alerts") == 200
        assert all(world.client.get("/healthz").status_code == 200 for _ in range(20))
        assert 'qunpulse_http_refused_total{status="429"}' in world.client.get("/metrics").text


def test_wrong_tokens_from_an_address_run_out_and_right_ones_do_not(world: World) -> None:
    seen = [status(world, f"guess-{number}", "/v1/alerts") for number in range(FAILURES + 5)]
    assert seen == [401] * FAILURES + [429] * 5
    assert status(world, "reader", "/v1/alerts") == 200


def test_buckets_fill_again_and_are_bounded() -> None:
    clock = Clock()
    buckets = Buckets(2, 4, clock, names=100)
    assert [buckets.wait("a") for _ in range(5)] == [0, 0, 0, 0, 0.5]
    clock.now += 1
    assert [buckets.wait("a") > 0 for _ in range(3)] == [False, False, True]
    clock.now += 1000
    assert [buckets.wait("a") > 0 for _ in range(5)] == [False] * 4 + [True]
    for number in range(1000):
        buckets.wait(f"address {number}")
    assert len(buckets) == 100
    assert Buckets(0, 1).wait("a") == 0


def test_sizes_are_limited(world: World) -> None:
    client, headers = world.client, {"Authorization": f"Bearer {SECRETS['reader']}"}

    def asked(path: str = "/v1/alerts", **more: Any) -> httpx.Response:
        more["headers"] = headers | more.pop("headers", {})
        return client.request(more.pop("method", "GET"), path, **more)

    assert asked("/v1/members/" + "x" * TARGET_BYTES).status_code == 414
    assert asked("/v1/alerts?group_id=" + "x" * TARGET_BYTES).status_code == 414
    assert asked(headers={"X-Much": "x" * HEADER_BYTES}).status_code == 431
    assert asked(method="POST", content=b"x" * (BODY_BYTES + 1)).status_code == 413
    assert asked(method="POST", content=iter([b"x"] * 3)).status_code == 411
    assert asked(method="POST", content=b"x").status_code == 405
    assert asked().status_code == 200


def test_every_answer_tells_browsers_to_do_nothing_with_it(world: World) -> None:
    headers = {"Authorization": f"Bearer {SECRETS['reader']}"}
    for path in ("/", "/healthz", "/metrics", "/v1/alerts", "/v1/members/none", "/none"):
        for found in (world.client.get(path, headers=headers), world.client.get(path)):
            assert found.headers["x-content-type-options"] == "nosniff"
            assert found.headers["x-frame-options"] == "DENY"
            assert found.headers["referrer-policy"] == "no-referrer"
            assert "default-src 'none'" in found.headers["content-security-policy"]
            assert "server" not in found.headers
    assert "script-src 'sha256-" in world.client.get("/").headers["content-security-policy"]


def test_a_stream_ends_when_its_token_does_not_hold_any_more(file: Path) -> None:
    clock = Clock()
    with opened(Tokens(None, file, clock=clock)) as world:
        headers = {"Authorization": f"Bearer {SECRETS['shop']}"}
        with world.client.stream("GET", "/v1/stream?brand_id=tea", headers=headers) as response:
            assert response.status_code == 200
            lines = response.iter_lines()
            assert next(lines) == ": connected"
            file.write_text(
                FILE.replace("name: shop", "name: shut").replace(SECRETS["shop"], "another-secret-token")
            )
            clock.now += 2
            rest = list(lines)
    assert any("does not hold any more" in line for line in rest)
