"""`python -m demo` where it refuses: the exit code, and a message that says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from local.settings import StackSettings
from local.supervisor import Program, Supervisor

ROOT = Path(__file__).parents[2]


def demo(state: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with its state in `state`."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "demo", *arguments],
        cwd=ROOT,
        env={**kept, "CF_STATE_DIR": str(state), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def olist_files(folder: Path) -> Path:
    """A folder with files of the names that the pack `olist` reads."""
    folder.mkdir()
    for name in ("customers", "orders", "order_items", "products", "order_reviews"):
        (folder / f"olist_{name}_dataset.csv").touch()
    (folder / "product_category_name_translation.csv").touch()
    return folder


def test_no_such_input_folder(tmp_path: Path) -> None:
    result = demo(tmp_path / "var", "--input", str(tmp_path / "nowhere"))
    assert result.returncode == 1
    assert result.stderr.strip() == (
        f"The input folder {tmp_path}/nowhere does not exist. Give the path of a folder with the files."
    )
    assert not (tmp_path / "var").exists()


def test_a_folder_that_no_pack_reads(tmp_path: Path) -> None:
    result = demo(tmp_path / "var", "--input", str(tmp_path))
    assert result.returncode == 1
    assert f"No example pack reads the files in {tmp_path}:" in result.stderr
    assert "olist misses olist_customers_dataset.csv, " in result.stderr


def test_a_pack_of_files_without_a_folder(tmp_path: Path) -> None:
    result = demo(tmp_path / "var", "--pack", "olist")
    assert result.returncode == 1
    assert "--input" in result.stderr


def test_made_up_customers_get_no_mail_by_a_real_server(tmp_path: Path) -> None:
    result = demo(tmp_path / "var", AIRFLOW_CONN_CF_SMTP="smtp://mail.example.org")
    assert result.returncode == 1
    assert "AIRFLOW_CONN_CF_SMTP" in result.stderr
    assert "unset it" in result.stderr


def test_a_warehouse_of_the_users_own_is_not_emptied(tmp_path: Path) -> None:
    result = demo(
        tmp_path / "var",
        *("--input", str(olist_files(tmp_path / "files"))),
        AIRFLOW_CONN_CF_WAREHOUSE="postgres://me:secret@db.example.org/warehouse",
    )
    assert result.returncode == 1
    assert "AIRFLOW_CONN_CF_WAREHOUSE names a server of your own" in result.stderr


def test_a_running_stack_is_not_removed(tmp_path: Path) -> None:
    settings = StackSettings.load("olist", {"CF_STATE_DIR": str(tmp_path / "var")})
    settings.state.mkdir(parents=True)
    supervisor = Supervisor(settings.state)
    supervisor.start(Program("sleeper", ["sleep", "60"], {"PATH": "/usr/bin:/bin"}, tmp_path))
    try:
        result = demo(tmp_path / "var", "--input", str(olist_files(tmp_path / "files")))
    finally:
        supervisor.stop()
    assert result.returncode == 1
    assert "is up, and the demo on files starts from an empty warehouse" in result.stderr
    assert "make down PACK=olist" in result.stderr
    assert settings.state.exists()
