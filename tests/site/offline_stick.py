"""A stick made with `./run bundle` sets a node up on a machine without any network. Long (minutes, 200 MB): `./run soak --part stick` runs it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASE = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
WITHOUT_NETWORK = ["unshare", "--net", *([] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["--map-root-user"])]


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stick, its components fetched once."""
    folder = tmp_path_factory.mktemp("stick") / "key"
    ours = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "CONCERTATION_HOME": str(tmp_path_factory.mktemp("home")), "DJANGO_SETTINGS_MODULE": "concertation.site.settings"}
    done = subprocess.run([sys.executable, "-m", "concertation", "bundle", str(folder), "--json"], env=ours, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    return folder


def test_every_file_of_the_stick_has_its_checksum(stick: Path) -> None:
    done = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=stick, capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("unshare") is None, reason="only Linux takes the network from one process")
def test_the_copied_folder_makes_its_environment_and_a_node_without_network(stick: Path, tmp_path: Path) -> None:
    machine = Path(shutil.copytree(stick / "concertation", tmp_path / "concertation"))
    alone = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "CONCERTATION_HOME": str(tmp_path / "node"), "PYTHONUTF8": "1"}

    picture = subprocess.run([*WITHOUT_NETWORK, str(BASE), "run", "picture", "--state", "NER", "--json"], cwd=machine, env=alone, capture_output=True, text=True, timeout=900)
    again = subprocess.run([*WITHOUT_NETWORK, str(BASE), "run", "doctor", "--json"], cwd=machine, env=alone, capture_output=True, text=True, timeout=300)

    assert picture.returncode == 0, picture.stderr[-3000:]
    assert len(json.loads(picture.stdout)["rows"]) == 8
    assert all(finding["holds"] for finding in json.loads(again.stdout)), again.stdout
    assert "Installing" not in again.stderr
