"""Backup and restore of so many rows of presence: seconds, disk and memory, on SQLite. The aim: 1,000,000 rows restored in 5 minutes.

The rows are synthetic: one import of a few rows, its activities multiplied in the database. There is no peer: a copy of the engine's
own file proves nothing of its rows; the seconds of a plain copy stand beside, as the least that the disk allows.
"""

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from separate_node import SeparateNode, new_node  # noqa: E402

AIM_SECONDS = 300
TABLE = "Organisation;Secteur;Région;Département;Activité;Statut\n" + "".join(f"ONG synthetic {n};Santé;Diffa;Bosso;Soins synthetic {n};En cours\n" for n in range(20))


def filled(folder: Path, rows: int) -> SeparateNode:
    """A node with so many activities."""
    node, table = new_node(folder / "node"), folder / "synthetic_2022-02.csv"
    table.write_text(TABLE, "utf-8")
    done = node.run("import", str(table), "--state", "NER", "--as", "presence-5w", "--period", "2022-02", "--yes", seconds=300)
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(node.home / "concertation.sqlite3")) as database, database:
        database.create_function("fresh", 0, lambda: uuid.uuid4().hex, deterministic=False)
        names = [line[1] for line in database.execute("PRAGMA table_info(presence_activity)")]
        anew = {"id": "fresh()", "row": '"row" + (SELECT max("row") FROM presence_activity)'}
        taken = ", ".join(anew.get(name, f'"{name}"') for name in names)
        while (held := database.execute("SELECT count(*) FROM presence_activity").fetchone()[0]) < rows:
            into = ", ".join(f'"{name}"' for name in names)
            database.execute(f"INSERT INTO presence_activity ({into}) SELECT {taken} FROM presence_activity LIMIT {min(held, rows - held)}")
    return node


def run(node: SeparateNode, *words: str) -> tuple[dict[str, object], float, float]:
    """What a command answers, its seconds, and the most memory it and its own commands held, in MB."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as told:
        running = subprocess.Popen(node.command(*words, "--json"), env=node.surroundings, stdout=told, stderr=subprocess.DEVNULL)
        _, code, used = os.wait4(running.pid, 0)
        running.returncode = code
        told.seek(0)
        return json.load(told), round(time.monotonic() - began, 1), round(used.ru_maxrss / 1000, 1)


def measure(folder: Path, rows: int) -> dict[str, object]:
    """Back up, restore elsewhere, compare."""
    node = filled(folder, rows)
    size = (node.home / "concertation.sqlite3").stat().st_size
    began = time.monotonic()
    shutil.copyfile(node.home / "concertation.sqlite3", folder / "copy")
    copied = time.monotonic() - began
    made, backup_s, backup_mb = run(node, "backup", str(folder / "backups"))
    told, restore_s, restore_mb = run(SeparateNode(folder / "other"), "restore", str(folder / "backups"))
    return {
        "rows": made["rows"], "database_mb": round(size / 1e6, 1), "backup_mb": round(int(str(made["size_bytes"])) / 1e6, 1), "plain_copy_s": round(copied, 2),
        "backup_with_trial_restore_s": backup_s, "backup_resident_mb": backup_mb, "restore_s": restore_s, "restore_resident_mb": restore_mb,
        "equal_rows": told["equal_rows"], "aim_s_for_1M_rows": AIM_SECONDS, "restore_to_aim": round(restore_s / (AIM_SECONDS * int(str(made["rows"])) / 1e6), 2),
    }  # fmt: skip


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--rows", type=int, default=1_000_000)
    with tempfile.TemporaryDirectory(prefix="concertation-keeping-") as folder:
        print(json.dumps(measure(Path(folder), asked.parse_args().rows), indent=2))


if __name__ == "__main__":
    main()
