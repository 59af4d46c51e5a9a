"""A file that grows beyond the node's limit is not kept: what is left of it is let by, unread, and the form says why."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

TOO_LARGE = "concertation.upload-too-large"


class WithinLimit(FileUploadHandler):
    """The first handler of every upload: counts the bytes and passes them on."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass a chunk on while the file is within the limit; beyond it, stop and say so on the request."""
        self.received += len(raw_data)
        if self.received > settings.UPLOAD_LIMIT_BYTES:
            if self.request is not None:
                self.request.META[TOO_LARGE] = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Another handler keeps the file."""
