"""A mail server on the loopback, in a thread, that behaves as it is told: accepts, refuses, waits, hangs up."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """One behaviour a conversation, the last one repeated; `received` holds what was accepted."""

    behaviours: list[str]
    port: int = 0
    received: list[bytes] = field(default_factory=list)
    conversations: int = 0

    def serve(self, listening: socket.socket) -> None:
        """Answer one caller after the other until the socket is closed."""
        with suppress(OSError):
            while True:
                caller, _ = listening.accept()
                behaviour = self.behaviours[min(self.conversations, len(self.behaviours) - 1)]
                self.conversations += 1
                with caller, suppress(OSError):
                    self.talk(caller, behaviour)

    def talk(self, caller: socket.socket, behaviour: str) -> None:
        """One conversation."""
        if behaviour == "slow":
            time.sleep(2)
            return
        lines = caller.makefile("rb")
        caller.sendall(b"220 synthetic\r\n")
        while line := lines.readline():
            word = line[:4].upper()
            if word == b"RCPT" and behaviour in ("450", "550"):
                caller.sendall(behaviour.encode() + b" synthetic refusal\r\n")
            elif word == b"DATA":
                caller.sendall(b"354 go on\r\n")
                text = list(iter(lines.readline, b".\r\n"))
                if behaviour == "drop":
                    return
                self.received.append(b"".join(text))
                caller.sendall(b"250 taken\r\n")
            else:
                caller.sendall(b"250 synthetic\r\n")
                if word == b"QUIT":
                    return


@contextmanager
def mail_server(*behaviours: str) -> Iterator[MailServer]:
    """The server while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = MailServer(list(behaviours), listening.getsockname()[1])
        threading.Thread(target=server.serve, args=[listening], daemon=True).start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)
