"""Settings: the .env file, packs, ports and secrets."""

from __future__ import annotations

import json
import socket
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from local.credentials import Credentials
from local.errors import StackError
from local.ports import Ports, check_free, is_free
from local.settings import StackSettings, files_connection

ENV_FILE = """
# ports
CF_PORT_AIRFLOW=31000
export CF_PORT_FORM="31001"
CF_PASSWORD_ADMIN='a $trange pass#word'
AIRFLOW_CONN_CF_SMTP='{"conn_type": "smtp", "host": "smtp.example", "password": "p%40ss=1"}'
AIRFLOW__CORE__PARALLELISM=8
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A scratch checkout with two example packs and a .env file."""
    for pack in ("alpha", "beta"):
        programme = tmp_path / "examples" / pack / "programme.yml"
        programme.parent.mkdir(parents=True)
        programme.touch()
    (tmp_path / ".env").write_text(ENV_FILE)
    return tmp_path


class TestEnvFile:
    """KEY=VALUE lines of the checkout's .env."""

    def test_values_are_taken_as_they_are_written(self, root: Path) -> None:
        settings = StackSettings.load(environ={}, root=root)
        assert (settings.ports.airflow, settings.ports.form) == (31000, 31001)
        assert settings.given("CF_PASSWORD_ADMIN") == "a $trange pass#word"
        assert json.loads(settings.given("AIRFLOW_CONN_CF_SMTP") or "")["password"] == "p%40ss=1"

    def test_the_environment_wins(self, root: Path) -> None:
        settings = StackSettings.load(environ={"CF_PORT_AIRFLOW": "32000"}, root=root)
        assert (settings.ports.airflow, settings.ports.form) == (32000, 31001)

    def test_settings_of_another_airflow_in_the_shell_do_not_leak_in(self, root: Path) -> None:
        shell = {
            "AIRFLOW_HOME": "/elsewhere",
            "AIRFLOW__CORE__PARALLELISM": "64",
            "AIRFLOW__CORE__DAGS_FOLDER": "/elsewhere",
        }
        settings = StackSettings.load(environ=shell, root=root)
        assert settings.given("AIRFLOW__CORE__PARALLELISM") == "8"
        assert settings.given("AIRFLOW_HOME") is None
        assert settings.given("AIRFLOW__CORE__DAGS_FOLDER") is None

    def test_an_empty_value_counts_as_not_given(self, root: Path) -> None:
        assert (
            StackSettings.load(environ={"AIRFLOW_CONN_CF_SMTP": ""}, root=root).given("AIRFLOW_CONN_CF_SMTP")
            is None
        )


class TestPacks:
    """Each pack has its own state; the last one used is the current one."""

    def test_the_example_shop_is_the_default(self, root: Path) -> None:
        settings = StackSettings.load(environ={}, root=root)
        assert settings.pack == "shop"
        assert settings.state == root / "var" / "shop"
        assert settings.programme == root / "include" / "config" / "programme.yml"
        path = json.loads(settings.connections["cf_shop"])["extra"]["path"]
        assert path == str(root / "var" / "shop" / "input")

    def test_the_remembered_pack_and_its_connections_are_used_next(self, root: Path) -> None:
        settings = StackSettings.load("alpha", {}, root=root).with_connections(
            cf_alpha=files_connection(Path("/data"))
        )
        settings.remember()
        again = StackSettings.load(environ={}, root=root)
        assert again.pack == "alpha"
        assert again.programme == root / "examples" / "alpha" / "programme.yml"
        assert json.loads(again.connections["cf_alpha"]) == {"conn_type": "fs", "extra": {"path": "/data"}}
        assert StackSettings.load("beta", {}, root=root).connections == {}

    def test_remembered_connections_can_be_read_by_their_owner_alone(self, root: Path) -> None:
        settings = StackSettings.load("alpha", {}, root=root)
        settings.remember()
        assert stat.S_IMODE((settings.state / "pack.json").stat().st_mode) == 0o600

    def test_an_unknown_pack_is_answered_with_those_there_are(self, root: Path) -> None:
        with pytest.raises(StackError, match=r"no pack 'gamma'.*Packs: shop, alpha, beta"):
            StackSettings.load("gamma", {}, root=root)

    @pytest.mark.parametrize("name", ["../etc", "A", "1st", "a b", "a/b"])
    def test_a_pack_name_is_no_path(self, root: Path, name: str) -> None:
        with pytest.raises(StackError, match="is no pack name"):
            StackSettings.load(name, {}, root=root)

    def test_the_state_can_lie_elsewhere(self, root: Path, tmp_path: Path) -> None:
        environ = {"CF_STATE_DIR": str(tmp_path / "elsewhere")}
        assert StackSettings.load(environ=environ, root=root).state == tmp_path / "elsewhere" / "shop"


class TestPorts:
    """One port per part, chosen by variables."""

    def test_every_wrong_port_is_named_at_once(self) -> None:
        with pytest.raises(StackError, match=r"CF_PORT_SMTP='twentyfive', CF_PORT_FORM='70000'"):
            Ports.load({"CF_PORT_SMTP": "twentyfive", "CF_PORT_FORM": "70000", "CF_PORT_MAIL": "1080"})

    def test_two_parts_cannot_share_a_port(self) -> None:
        with pytest.raises(StackError, match="CF_PORT_SMTP and CF_PORT_MAIL are both 5000"):
            Ports.load({"CF_PORT_SMTP": "5000", "CF_PORT_MAIL": "5000"})

    def test_a_taken_port_is_named_with_who_wanted_it_and_the_variable(self, settings: StackSettings) -> None:
        with socket.create_server(("127.0.0.1", settings.ports.airflow)):
            with pytest.raises(StackError) as caught:
                check_free(settings.ports, ["airflow", "form"])
            assert not is_free(settings.ports.airflow)
        port = settings.ports.airflow
        assert f"port {port} is taken; the Airflow web server wanted it" in str(caught.value)
        assert "CF_PORT_AIRFLOW=<port>" in str(caught.value)
        assert "CF_PORT_FORM" not in str(caught.value)
        check_free(settings.ports, ["airflow", "form"])

    def test_a_port_taken_on_all_addresses_is_taken(self, settings: StackSettings) -> None:
        with socket.create_server(("0.0.0.0", settings.ports.form)):
            assert not is_free(settings.ports.form)


class TestCredentials:
    """Passwords and keys of a state directory."""

    def test_they_are_made_once_and_kept(self, tmp_path: Path) -> None:
        first = Credentials.load(tmp_path, {})
        assert Credentials.load(tmp_path, {}) == first
        assert Credentials.load(tmp_path / "other", {}).cf_engine != first.cf_engine

    def test_their_file_can_be_read_by_its_owner_alone(self, tmp_path: Path) -> None:
        Credentials.load(tmp_path, {})
        assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600

    def test_no_two_are_alike_and_none_is_short(self, tmp_path: Path) -> None:
        Credentials.load(tmp_path, {})
        values = json.loads((tmp_path / "secrets.json").read_text()).values()
        assert len(set(values)) == len(values)
        assert min(map(len, values)) >= 12

    def test_a_fixed_password_wins_without_being_written_down(self, tmp_path: Path) -> None:
        before = Credentials.load(tmp_path, {})
        chosen = Credentials.load(tmp_path, {"CF_PASSWORD_QUALITY": "my own choice"})
        assert chosen == replace(before, account_quality="my own choice")
        assert Credentials.load(tmp_path, {}) == before

    def test_they_do_not_show_when_printed(self, tmp_path: Path) -> None:
        credentials = Credentials.load(tmp_path, {})
        assert credentials.cf_engine not in repr(credentials)

    def test_a_damaged_file_is_never_replaced_silently(self, tmp_path: Path) -> None:
        (tmp_path / "secrets.json").write_text('{"postgres": "x"}')
        with pytest.raises(StackError, match=r"secrets.json is not the file of secrets"):
            Credentials.load(tmp_path, {})
