"""Who may ask the API."""

import pytest

from sinks.http import UnsafeBind, check_bind
from tests.sinks.test_http_world import PROFILE, opened

TOKEN = "秘密-s3cret"


def test_a_token_guards_everything_but_page_probes_and_metrics() -> None:
    with opened(TOKEN) as world:
        for path in ("/", "/healthz", "/metrics"):
            assert world.client.get(path).status_code == 200, path
        assert world.client.get("/readyz").status_code == 503
        for path in (
            "/v1/members/m1",
            "/v1/alerts",
            "/v1/stream",
            "/v1/overview",
            "/openapi.json",
            "/nothing",
        ):
            response = world.client.get(path)
            assert response.status_code == 401, path
            assert response.headers["www-authenticate"] == "Bearer"
            assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["//v1/alerts", "/%76%31/alerts", "/healthz/../v1/alerts", "/v1//alerts"])
def test_no_spelling_of_a_path_passes_the_guard(path: str) -> None:
    with opened(TOKEN) as world:
        assert world.client.get(path).status_code == 401


def test_only_the_exact_token_passes() -> None:
    with opened(TOKEN) as world:
        world.store.profiles.append({**PROFILE, "member_id": "m1"})

        def status(authorization: str) -> int:
            headers = {"Authorization": authorization.encode()}
            return world.client.get("/v1/members/m1", headers=headers).status_code

        assert status(f"Bearer {TOKEN}") == 200
        assert status(f"bearer {TOKEN}") == 200
        for wrong in (
            "",
            "Bearer",
            f"Basic {TOKEN}",
            f"Bearer {TOKEN}x",
            f"Bearer {TOKEN[:-1]}",
            TOKEN,
        ):
            assert status(wrong) == 401, wrong


def test_without_a_token_only_loopback_hosts_may_be_named() -> None:
    with opened() as world:
        for host in ("localhost:8080", "127.0.0.1", "[::1]:8080", "qunpulse.localhost"):
            assert world.client.get("/healthz", headers={"Host": host}).status_code == 200, host
        for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", "10.0.0.1"):
            assert world.client.get("/v1/alerts", headers={"Host": host}).status_code == 403, host


def test_with_a_token_any_host_may_be_named() -> None:
    with opened(TOKEN) as world:
        assert world.client.get("/healthz", headers={"Host": "board.example"}).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_needs_no_token(host: str) -> None:
    check_bind(host, None)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "10.0.0.1", "192.168.1.4", "example.com"])
@pytest.mark.parametrize("token", [None, ""])
def test_another_address_needs_a_token(host: str, token: str | None) -> None:
    check_bind(host, "token")
    with pytest.raises(UnsafeBind, match="QUNPULSE_API_TOKEN"):
        check_bind(host, token)
