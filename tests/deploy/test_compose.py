"""docker-compose.yml and the Dockerfile: valid, safe by default, and true to the program that they start."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("qunpulse:")}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
MODULE = "github.com/compose-spec/compose-go/v2@v2.4.7"


@pytest.fixture(scope="module")
def specification(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON schema of the Compose Specification, from the Go module that carries it."""
    if shutil.which("go") is None:
        pytest.skip("the Compose Specification's schema comes through go, which is not installed")
    folder = tmp_path_factory.mktemp("schema")
    (folder / "go.mod").write_text("module schema\n\ngo 1.21\n", encoding="utf-8")
    try:
        done = subprocess.run(
            ["go", "mod", "download", "-json", MODULE],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip("the Compose Specification's schema could not be fetched in time")
    told = json.loads(done.stdout or "{}")
    if "Dir" not in told:
        pytest.skip(f"the Compose Specification's schema could not be fetched: {told.get('Error')}")
    found: dict[str, Any] = json.loads(
        Path(told["Dir"], "schema/compose-spec.json").read_text(encoding="utf-8")
    )
    return found


def test_it_keeps_to_the_specification(specification: dict[str, Any]) -> None:
    jsonschema.validate(COMPOSE, specification)


def test_the_services_are_there() -> None:
    assert set(SERVICES) == {
        *("kafka", "topics", "worker", "sink", "notify", "clickhouse"),
        *("prometheus", "alertmanager", "grafana"),
    }
    assert set(OURS) == {"topics", "worker", "sink", "notify"}


def test_images_are_pinned() -> None:
    images = [service["image"] for service in SERVICES.values()]
    images += re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    for image in images:
        tag = image.partition(":")[2]
        assert tag and tag != "latest", image


def test_every_port_is_bound_to_loopback() -> None:
    for name, service in SERVICES.items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), (name, port)


def test_what_runs_on_has_a_health_check() -> None:
    for name, service in SERVICES.items():
        if service.get("restart") != "no":
            check = service["healthcheck"]
            assert check["test"][0] == "CMD" and check["start_period"], name


def test_services_wait_for_what_they_need() -> None:
    for name, service in SERVICES.items():
        for other, wait in service.get("depends_on", {}).items():
            expected = (
                "service_completed_successfully"
                if SERVICES[other].get("restart") == "no"
                else "service_healthy"
            )
            assert wait == {"condition": expected}, (name, other)
    assert "clickhouse" not in SERVICES["worker"]["depends_on"], "no tag waits for a database"


def test_volumes_and_secrets_are_declared_and_used() -> None:
    named = {
        mount.partition(":")[0]
        for service in SERVICES.values()
        for mount in service.get("volumes", [])
        if not mount.startswith(".")
    }
    assert named == set(COMPOSE["volumes"])
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])


def test_mounted_files_exist() -> None:
    for service in SERVICES.values():
        for mount in service.get("volumes", []):
            if mount.startswith("."):
                assert (ROOT / mount.partition(":")[0]).exists(), mount
                assert mount.endswith(":ro"), mount


def test_no_secret_stands_in_the_file() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|SECRET", variable):
                assert value.startswith("/run/secrets/"), (name, variable)
                assert value.removeprefix("/run/secrets/") in service["secrets"], (name, variable)


def test_secrets_are_made_once(tmp_path: Path) -> None:
    shutil.copy(ROOT / "deploy/secrets.sh", tmp_path)
    made = {}
    for _ in range(2):
        subprocess.run(["sh", tmp_path / "secrets.sh"], check=True, capture_output=True, timeout=20)
        found = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
        assert not made or made == found
        made = found
    assert set(made) == set(COMPOSE["secrets"])
    assert len(set(made.values())) == len(made)
    assert all(re.fullmatch("[0-9a-f]{48}", secret) for secret in made.values())
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_our_containers_are_closed() -> None:
    for name, service in OURS.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name


@pytest.mark.parametrize("name", OURS)
def test_the_program_has_the_command(name: str) -> None:
    pytest.importorskip("streams.cli")
    command, *options = OURS[name]["command"]
    assert_help(command, options)


@pytest.mark.parametrize(
    "name", [name for name in OURS if "CMD" in OURS[name]["healthcheck"].get("test", [])]
)
def test_the_program_has_the_health_check(name: str) -> None:
    pytest.importorskip("streams.cli")
    _, program, command, part = OURS[name]["healthcheck"]["test"]
    assert (program, part) == ("qunpulse", name)
    assert_help(command, [part])


def assert_help(command: str, words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", command, "--help"],
        cwd=ROOT,
        env={"COLUMNS": "200", "PATH": "/usr/bin:/bin", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for word in words:
        assert word in done.stdout, (command, word)


def test_every_setting_exists() -> None:
    settings = pytest.importorskip("streams.settings").Settings
    for name, service in OURS.items():
        for variable in service["environment"]:
            field = variable.removeprefix("QUNPULSE_").removesuffix("_FILE").lower()
            assert field in settings.model_fields, (name, variable)


def test_the_settings_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = pytest.importorskip("streams.settings").Settings
    for service in OURS.values():
        for variable, value in service["environment"].items():
            monkeypatch.setenv(variable, re.sub(r"\$\{\w+:-(.*)\}", r"\1", value))
        assert settings().kafka == "kafka:9092"


def test_the_api_may_bind_where_it_is_told_to() -> None:
    from sinks.http import check_bind

    environment = SERVICES["sink"]["environment"]
    check_bind(environment["QUNPULSE_API_HOST"], environment["QUNPULSE_API_TOKEN_FILE"])


def test_the_image_installs_what_is_locked_and_drops_root() -> None:
    runs = re.findall(r"pip install (.+)", DOCKERFILE)
    assert runs
    for run in runs:
        assert "--require-hashes" in run or ("--no-deps" in run and "--no-index" in run), run
    final = DOCKERFILE.split("FROM ")[-1]
    assert "USER 10001:10001" in final
    assert "STOPSIGNAL SIGTERM" in final
    assert "HEALTHCHECK" in final and '"qunpulse", "health"' in final


def test_the_image_copies_what_exists() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+)", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source


def test_the_image_is_given_everything_it_imports() -> None:
    """The lock of the image is the full lock without some packages, at the same versions."""

    def pinned(path: str) -> dict[str, str]:
        return dict(
            re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
        )

    image, every = pinned("deploy/requirements.txt"), pinned("requirements.txt")
    assert image.items() <= every.items()
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("dependencies = [")[1].split("]")[0]
    needed = set(re.findall(r'"([a-z0-9-]+)', project))
    assert needed <= set(image)


def test_grafana_reads_and_nothing_else() -> None:
    users = ElementTree.parse(ROOT / "deploy/clickhouse/users.d/grafana.xml").getroot()
    assert users.findtext("profiles/grafana/readonly") == "2"
    assert [grant.text for grant in users.iterfind("users/grafana/grants/query")] == [
        "GRANT SELECT ON qunpulse.*"
    ]
    password = users.find("users/grafana/password")
    assert password is not None
    assert f"export {password.attrib['from_env']}=" in SERVICES["clickhouse"]["command"][0]
