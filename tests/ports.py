"""A port of this machine for a server under test."""

import socket
import time


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether something answers there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def becomes(port: int, *, listening: bool, seconds: float) -> bool:
    """Whether the port opens or closes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and listens(port) is not listening:
        time.sleep(0.1)
    return listens(port) is listening
