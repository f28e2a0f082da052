"""The container files are sound, as far as that can be told without an engine."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
COMPOSE = yaml.safe_load((ROOT / "docker/compose.yml").read_text())
OURS = ("migrate", "web", "worker", "beat")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_dockerfile_passes_its_linter() -> None:
    done = run(str(BIN / "hadolint"), "docker/Dockerfile")
    assert done.returncode == 0, done.stdout


def test_the_compose_file_follows_its_schema() -> None:
    done = run(
        str(BIN / "check-jsonschema"),
        "--builtin-schema",
        "vendor.compose-spec",
        "docker/compose.yml",
    )
    assert done.returncode == 0, done.stdout


def test_the_entry_point_is_a_sound_shell_script_that_can_be_run() -> None:
    entrypoint = ROOT / "docker/entrypoint"
    assert entrypoint.stat().st_mode & 0o111
    assert run("sh", "-n", str(entrypoint)).returncode == 0


def test_foureyes_runs_without_rights_and_on_a_read_only_root() -> None:
    for name in OURS:
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    last_user = re.findall(r"^USER (\S+)", (ROOT / "docker/Dockerfile").read_text(), re.MULTILINE)
    assert last_user[-1].split(":")[0] not in ("root", "0")


def test_nothing_but_the_site_is_reachable_from_outside() -> None:
    published = {name for name, service in COMPOSE["services"].items() if "ports" in service}
    assert published == {"web"}
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"]["web"]["ports"])


def test_every_long_running_service_with_a_door_has_a_health_check() -> None:
    for name in ("web", "worker", "postgres", "redis", "elasticsearch"):
        assert COMPOSE["services"][name]["healthcheck"]["test"]


def test_no_secret_stands_in_an_environment() -> None:
    for service in COMPOSE["services"].values():
        for key in service.get("environment", {}):
            assert not re.search(r"(PASSWORD|SECRET_KEY|DATABASE_URL|STORE_URL)$", key), key


def test_every_setting_given_to_a_container_is_one_that_foureyes_reads() -> None:
    example = (ROOT / ".env.example").read_text()
    for key in COMPOSE["services"]["web"]["environment"]:
        assert f"{key.removesuffix('_FILE')}=" in example


def test_every_setting_of_a_site_can_be_given_to_a_container() -> None:
    example = (ROOT / ".env.example").read_text()
    settings = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))
    assert len(settings) >= 60
    for name in OURS:
        given = {key.removesuffix("_FILE") for key in COMPOSE["services"][name]["environment"]}
        assert settings - given == {"DEBUG", "FOUREYES_DEMO", "FOUREYES_HOME"}, name


def test_what_may_hold_a_secret_is_given_as_a_file() -> None:
    for key in COMPOSE["services"]["web"]["environment"]:
        assert not re.search(r"(PASSWORD|TOKEN|API_KEY|WEBHOOKS_[A-Z]+)$", key), key


def test_every_image_is_of_an_exact_version() -> None:
    for name, service in COMPOSE["services"].items():
        if name not in OURS:
            assert re.search(r":\d+\.\d+(\.\d+)?(-[a-z]+)?$", service["image"]), name
