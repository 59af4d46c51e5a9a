"""How processes load, and how they give memory back."""

import gc
import threading

import pytest

from concertation.site import starting


def test_no_garbage_is_looked_for_while_modules_load_even_when_one_cannot_be_loaded() -> None:
    held = gc.get_freeze_count()
    with pytest.raises(ImportError), starting.loading():
        assert not gc.isenabled()
        raise ImportError
    assert gc.isenabled()
    assert gc.get_freeze_count() > held
    gc.unfreeze()


def test_memory_is_given_back_once_after_many_ends_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    done, trimmed = threading.Event(), threading.Event()

    def trim(kept: int) -> int:
        assert kept == 0
        assert not done.is_set()
        trimmed.set()
        raise SystemExit

    monkeypatch.setattr(starting, "AFTER_SECONDS", 0.0)
    for _ in range(3):
        done.set()
    with pytest.raises(SystemExit):
        starting.give_back(done, trim)
    assert trimmed.is_set()
