"""What reading one file may cost, whoever sent it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What reading one file may cost: seconds of a processor, megabytes (10**6 bytes), entries of a zip, lines of problems of one code.

    `memory_mb` bounds the reading child; `unpacked_mb` what a zip may unpack to; `file_mb` the file as received.
    """

    seconds: float = 10.0
    memory_mb: int = 512
    file_mb: int = 256
    unpacked_mb: int = 256
    entries: int = 5_000
    problems: int = 1_000


LIMITS = Limits()
LARGE_LIMITS = Limits(seconds=180.0, memory_mb=4_096, file_mb=1_024, unpacked_mb=2_048)
