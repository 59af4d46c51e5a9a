"""The product on a stick, for a machine that has Python and no network: its files, and every component as a wheel by hash.

The components are those of `requirements.lock`, and of `requirements-climate.lock` where fields are to be read, for this kind of
machine and this release of Python; another kind of machine needs a stick made on one like it.
"""

import hashlib
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

ROOT: Path = settings.ROOT
TREE = ("run", "README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md", "pyproject.toml", "requirements.lock", "requirements-climate.lock", "src", "docs")
NOT_TAKEN = shutil.ignore_patterns("__pycache__", "*.pyc")
PRODUCT, WHEELHOUSE, SUMS = "concertation", "wheelhouse", "SHA256SUMS"
LISTS = ("requirements.lock", "requirements-climate.lock")
NOTES = {
    "LISEZ-MOI.txt": """Concertation, sans réseau

1. Copiez le dossier « concertation » de cette clé sur la machine (pas besoin de droits d'administration).
2. Il faut Python {version} sur {platform} : c'est pour lui que les composants de « wheelhouse » sont faits.
3. Dans le dossier copié :  python3 run        (Windows :  py run)
   La première fois, les composants s'installent depuis la clé ; aucune adresse n'est appelée.
4. Ouvrez l'adresse affichée (http://localhost:8000).
{climate}
Vérifier la clé :  sha256sum -c SHA256SUMS
""",
    "README.txt": """Concertation, without network

1. Copy the folder "concertation" of this stick to the machine (no administrator rights needed).
2. It takes Python {version} on {platform}: the components in "wheelhouse" are made for it.
3. In the copied folder:  python3 run        (Windows:  py run)
   The first time, components are installed from the stick; no address is called.
4. Open the address shown (http://localhost:8000).
{climate}
Check the stick:  sha256sum -c SHA256SUMS
""",
}
CLIMATE = {
    "LISEZ-MOI.txt": "5. Pour lire des champs (GeoTIFF, NetCDF) :  python3 run climate\n",
    "README.txt": "5. To read fields (GeoTIFF, NetCDF):  python3 run climate\n",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that stands."""

    folder: str
    files: int
    wheels: int
    size_bytes: int


class Refused(RuntimeError):
    """Why no bundle was made, in French and in English."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.words = (fr, en)


def make(folder: Path, *, climate: bool = False) -> Made:
    """Write the bundle into an empty or new folder, with what reads fields if asked. Raises Refused with the reason."""
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"Le dossier {folder} n'est pas vide.", f"The folder {folder} is not empty.")
    product = folder / PRODUCT
    product.mkdir(parents=True)
    for name in TREE:
        copy_part(ROOT / name, product / name)
    fill_wheelhouse(product / WHEELHOUSE, LISTS if climate else LISTS[:1])
    for name, text in NOTES.items():
        note = text.format(version=f"{sys.version_info[0]}.{sys.version_info[1]}", platform=sysconfig.get_platform(), climate=CLIMATE[name] if climate else "")
        (folder / name).write_text(note, "utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in files)
    (folder / SUMS).write_text(sums, "utf-8")
    wheels = sum(path.parent.name == WHEELHOUSE for path in files)
    return Made(str(folder), len(files), wheels, sum(path.stat().st_size for path in files))


def copy_part(source: Path, target: Path) -> None:
    """Copy a file or a folder of the product, without what Python leaves behind."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=NOT_TAKEN)
    elif source.is_file():
        shutil.copy2(source, target)


def fill_wheelhouse(folder: Path, lists: Sequence[str]) -> None:
    """Download every component of the lists by hash; a wheelhouse the product itself came with is copied."""
    if (ROOT / WHEELHOUSE).is_dir():
        copy_part(ROOT / WHEELHOUSE, folder)
        return
    for name in lists:
        wanted = ["--require-hashes", "--only-binary=:all:", "--no-deps", "--quiet", "--dest", str(folder), "-r", str(ROOT / name)]
        done = subprocess.run([*pip(), "download", *wanted], capture_output=True, text=True)
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or ["?"]
            raise Refused(f"Les composants n'ont pas pu être pris : {last[0]}", f"The components could not be fetched: {last[0]}")


def pip() -> list[str]:
    """pip of this environment, else that of the Python it was made from."""
    for python in (sys.executable, getattr(sys, "_base_executable", sys.executable)):
        if subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0:
            return [python, "-m", "pip"]
    raise Refused("pip manque à ce Python.", "This Python lacks pip.")
