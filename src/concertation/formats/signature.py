"""What a file is, is decided by its first bytes, never by its name."""

ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"
COMPOUND_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
OTHER_MAGICS = {b"%PDF": "pdf", b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"Rar!": "rar", b"7z\xbc\xaf": "7z", b"\x1f\x8b": "gzip", b"SQLite format 3": "sqlite", b"PAR1": "parquet", b"ARROW1": "arrow"}
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
KIND_BY_EXTENSION = {".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".xlsb": "xlsb", ".ods": "ods", ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".tab": "csv", ".json": "json", ".geojson": "json", ".zip": "zip"}


def kind_of_bytes(beginning: bytes) -> str:
    """The kind of a file by its first kilobytes: `zip`, `compound` (old Office or encrypted), `json`, `html`, `xml`, `text`, `empty`, or a foreign kind.

    >>> [kind_of_bytes(start) for start in (b"PK\\x03\\x04..", b"a;b\\n1;2", b'{"type": 1}', b"  <html>", b"%PDF-1.7", b"")]
    ['zip', 'text', 'json', 'html', 'pdf', 'empty']
    """
    if not beginning.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        return "empty"
    if beginning.startswith((ZIP_MAGIC, EMPTY_ZIP_MAGIC)):
        return "zip"
    if beginning.startswith(COMPOUND_MAGIC):
        return "compound"
    foreign = (kind for magic, kind in OTHER_MAGICS.items() if beginning.startswith(magic))
    return next(foreign, None) or kind_of_text(beginning)


def kind_of_text(beginning: bytes) -> str:
    """`json`, `html`, `xml` or `text`, by the first letters after blanks and a byte order mark."""
    for mark in BYTE_ORDER_MARKS:
        beginning = beginning.removeprefix(mark)
    start = beginning.replace(b"\0", b"").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<body")):
        return "html"
    if start.startswith((b"<?xml", b"<!doctype")):
        return "xml"
    return "json" if start.startswith((b"{", b"[{", b"[[", b"[\n", b"[\r", b"[ ")) else "text"
