"""Which pack fits a folder of files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from demo.errors import DemoError
from demo.pack import pack_for

ROOT = Path(__file__).parents[2]


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """Two packs: `alpha` reads alpha*.csv and people.csv, `beta` reads beta.csv."""
    shutil.copytree(ROOT / "include", tmp_path / "include", ignore=shutil.ignore_patterns("schema", "mail"))
    shipped = yaml.load((ROOT / "include/config/programme.yml").read_text(), Loader=yaml.CSafeLoader)
    for name, patterns in (("alpha", ["alpha*.csv", "people.csv"]), ("beta", ["beta.csv"])):
        programme = json.loads(json.dumps(shipped).replace('"../', '"../../include/'))
        shop = programme["sources"][0]
        shop["connection"] = f"cf_{name}"
        objects = shop["objects"]
        shop["objects"] = {
            f"object_{index}": {**objects["orders"], "read": pattern}
            for index, pattern in enumerate(patterns)
        }
        folder = tmp_path / "examples" / name
        folder.mkdir(parents=True)
        (folder / "programme.yml").write_text(yaml.safe_dump(programme))
    return tmp_path / "examples"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def test_the_pack_whose_files_are_all_there(examples: Path, files: Path) -> None:
    for name in ("alpha_1.csv", "people.csv"):
        (files / name).touch()
    pack = pack_for(files, examples)
    assert pack.name == "alpha"
    connection = json.loads(pack.connections(files)["cf_alpha"])
    assert connection == {"conn_type": "fs", "extra": {"path": str(files)}}


def test_several_packs_fit(examples: Path, files: Path) -> None:
    for name in ("alpha_1.csv", "people.csv", "beta.csv"):
        (files / name).touch()
    with pytest.raises(DemoError, match=r"alpha, beta\. Choose one with --pack"):
        pack_for(files, examples)
    assert pack_for(files, examples, "beta").name == "beta"


def test_no_pack_fits(examples: Path, files: Path) -> None:
    (files / "alpha_1.csv").touch()
    with pytest.raises(DemoError) as error:
        pack_for(files, examples)
    assert "  alpha misses people.csv\n  beta misses beta.csv" in str(error.value)


def test_no_such_folder_and_no_such_pack(examples: Path, files: Path) -> None:
    with pytest.raises(DemoError, match=r"input folder .*nowhere does not exist"):
        pack_for(files / "nowhere", examples)
    with pytest.raises(DemoError, match="no pack gamma"):
        pack_for(files, examples, "gamma")
