"""A backup sealed with a passphrase: one file that nobody reads or changes unnoticed without it.

AES-256-GCM in slices of one MiB under a key made by scrypt from the passphrase and a salt of its own. Each slice carries its
number and whether it is the last, so that one cut off, moved or repeated is refused (construction STREAM: Hoang, Reyhanitabar,
Rogaway, Vizár, 2015).
"""

import io
import os
import struct
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"CONCERTATION SEALED BACKUP 1\n"
SALT_BYTES, KEY_BYTES, TAG_BYTES = 16, 32, 16
SLICE_BYTES = 1 << 20
SCRYPT_COST = 2**17  # 128 MiB of memory for one guess
LEAST_LETTERS = 12


class WrongPassphrase(ValueError):
    """The file does not open: another passphrase, or bytes that were changed or cut off."""


class PassphraseTooShort(ValueError):
    """A passphrase that could be guessed."""


def passphrase_in(path: Path) -> bytes:
    """The first line of a file, as the passphrase."""
    lines = path.read_text("utf-8").splitlines()
    if not lines or len(lines[0].strip()) < LEAST_LETTERS:
        raise PassphraseTooShort
    return lines[0].strip().encode()


def key_of(passphrase: bytes, salt: bytes) -> AESGCM:
    """The cipher a passphrase and a salt give."""
    return AESGCM(Scrypt(salt=salt, length=KEY_BYTES, n=SCRYPT_COST, r=8, p=1).derive(passphrase))


def nonce_of(number: int, *, last: bool) -> bytes:
    """The twelve bytes that name a slice.

    >>> nonce_of(1, last=True).hex()
    '000000000000000000000101'
    """
    return b"\0\0\0" + struct.pack(">Q?", number, last)


class Sealing(io.RawIOBase):
    """A stream to write into; what arrives in the file is sealed slice by slice."""

    def __init__(self, file: BinaryIO, passphrase: bytes) -> None:
        salt = os.urandom(SALT_BYTES)
        self.file, self.cipher, self.waiting, self.number = file, key_of(passphrase, salt), bytearray(), 0
        file.write(MAGIC + salt)

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, content: object) -> int:
        """Take some bytes; a slice is kept back until it is known whether it is the last."""
        taken = bytes(content)  # type: ignore[call-overload]
        self.waiting += taken
        while len(self.waiting) > SLICE_BYTES:
            self._seal(bytes(self.waiting[:SLICE_BYTES]), last=False)
            del self.waiting[:SLICE_BYTES]
        return len(taken)

    def _seal(self, content: bytes, *, last: bool) -> None:
        self.file.write(self.cipher.encrypt(nonce_of(self.number, last=last), content, MAGIC))
        self.number += 1

    def finish(self) -> None:
        """Seal the last slice; without it the file does not open."""
        self._seal(bytes(self.waiting), last=True)
        self.waiting.clear()


class Opened(io.RawIOBase):
    """A stream to read from a sealed file; raises WrongPassphrase at the first slice that does not hold."""

    def __init__(self, file: BinaryIO, passphrase: bytes) -> None:
        if file.read(len(MAGIC)) != MAGIC:
            raise WrongPassphrase
        self.cipher = key_of(passphrase, file.read(SALT_BYTES))
        self.slices, self.ready = self._slices(file), b""

    def _slices(self, file: BinaryIO) -> Iterator[bytes]:
        number, held = 0, file.read(SLICE_BYTES + TAG_BYTES)
        while held:
            following = file.read(SLICE_BYTES + TAG_BYTES)
            try:
                yield self.cipher.decrypt(nonce_of(number, last=not following), held, MAGIC)
            except InvalidTag:
                raise WrongPassphrase from None
            number, held = number + 1, following
        if not number:
            raise WrongPassphrase

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, room: object) -> int:
        """Fill some room with the next bytes; 0 at the end."""
        self.ready = self.ready or next(self.slices, b"")
        view = memoryview(room)  # type: ignore[arg-type]
        taken = min(len(view), len(self.ready))
        view[:taken], self.ready = self.ready[:taken], self.ready[taken:]
        return taken


@contextmanager
def sealed_file(path: Path, passphrase: bytes) -> Iterator[Sealing]:
    """A new sealed file, whole and on the disk when the block ends well."""
    with path.open("xb") as file:
        sealing = Sealing(file, passphrase)
        yield sealing
        sealing.finish()
        file.flush()
        os.fsync(file.fileno())


def is_sealed(path: Path) -> bool:
    """Whether a file begins as a sealed backup does."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def seal_folder(folder: Path, target: Path, passphrase: bytes) -> None:
    """Put a folder into one sealed file."""
    with sealed_file(target, passphrase) as sealing, tarfile.open(fileobj=sealing, mode="w|") as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, arcname=path.name)


def unseal_into(path: Path, passphrase: bytes, folder: Path) -> None:
    """Open a sealed file into a folder. Raises WrongPassphrase; nothing outside the folder is ever written."""
    with path.open("rb") as file, tarfile.open(fileobj=io.BufferedReader(Opened(file, passphrase)), mode="r|") as archive:
        archive.extractall(folder, filter="data")
