"""A file received by a form, for as long as it takes to read it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def as_path(name: str, chunks: Iterable[bytes]) -> Iterator[Path]:
    """The file on disk under a name of ours; of the name it came with, only the suffix is kept."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"received{Path(name).suffix.lower()[:8]}"
        with path.open("wb") as written:
            for chunk in chunks:
                written.write(chunk)
        yield path
