"""IATI XML is read as it comes, an element at a time, and forgotten as it goes: memory does not grow with the file.

No entity is followed, no network asked, no document type believed: a file that declares one is refused before its content is read.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from concertation.core.problems import Cell, Problem

ACTIVITY, ROOT = "iati-activity", "iati-activities"
HEAD, PIECE = 1 << 16, 1 << 12
CLOSED: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "dtd_validation": False, "huge_tree": False}
PASSED_OVER = re.compile(rb"<!--.*?-->|<\?.*?\?>|^\xef\xbb\xbf|^\xff\xfe|^\xfe\xff|\x00", re.DOTALL)
DECLARES = re.compile(rb"\s*<!(DOCTYPE|ENTITY)", re.IGNORECASE)
KNOWN_VERSIONS = ("2.01", "2.02", "2.03")
Element = Any


class Told:
    """Problems as they are met: as many of one code as a person can use, then how many more there were."""

    def __init__(self, most: int = 1_000) -> None:
        self.most = most
        self.kept: list[Problem] = []
        self.counts: dict[str, int] = {}
        self.first_left: dict[str, int | None] = {}

    def tell(self, code: str, line: int | None, value: str = "", *, column: str | None = None, **detail: str) -> None:
        """Note one problem at a line of the file, in the element or attribute named by `column`."""
        count = self.counts[code] = self.counts.get(code, 0) + 1
        if count <= self.most:
            self.kept.append(Problem(code, Cell(row=line, column=column), value, detail))
        else:
            self.first_left.setdefault(code, line)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was told, with one line for each code that was told too often."""
        left = (Problem("more-of-the-same", Cell(row=line), str(self.counts[code] - self.most), {"code": code}) for code, line in self.first_left.items())
        return (*self.kept, *left)


def declares_a_document_type(head: bytes) -> bool:
    """Whether the first thing after comments and instructions is a document type.

    >>> declares_a_document_type(b"<?xml version='1.0'?><!-- x --><!DOCTYPE a []><a/>"), declares_a_document_type(b"<a><!-- <!DOCTYPE --></a>")
    (True, False)
    """
    return DECLARES.match(PASSED_OVER.sub(b"", head)) is not None


def elements(path: Path, tags: Sequence[str], told: Told, *, lean: bool = False) -> Iterator[Element]:
    """Each element of these tags as its end is met, the activity last of its own; an activity is forgotten once the caller goes on.

    `lean` leaves out comments, instructions and blanks between elements. A caller may empty what it was given (`clear`, the tail kept,
    since it may still be growing) and remove what stands before it; nothing else may be changed while the file is read.

    Tells xml-document-type, xml-broken, file-empty, file-unreadable, iati-not-activities, iati-version-unknown and
    iati-without-activity; what stood before a break in the file has been given already.
    """
    try:
        with path.open("rb") as source:
            head = source.read(HEAD)
            if not head.strip():
                told.tell("file-empty", None, path.name)
            elif declares_a_document_type(head):
                told.tell("xml-document-type", 1, path.name)
            else:
                source.seek(0)
                yield from _forgetting(source, tags, told, lean)
    except OSError as reason:
        told.tell("file-unreadable", None, path.name, reason=reason.strerror or "")


def _forgetting(source: Any, tags: Sequence[str], told: Told, lean: bool) -> Iterator[Element]:
    root = _root_of(source)
    opened = root is not None and root.tag in (ROOT, *tags)
    if opened and not _is_readable(root, told):
        return
    source.seek(0)
    context = etree.iterparse(source, events=("end",), tag=(ROOT, *tags), remove_blank_text=lean, remove_comments=lean, remove_pis=lean, **CLOSED)
    activities = 0
    try:
        for _, element in context:
            if not opened:
                opened = True
                if not _is_readable(element, told):
                    return
            if element.tag == ROOT:
                continue
            yield element
            if element.tag == ACTIVITY:
                activities += 1
                _forget(element)
    except etree.XMLSyntaxError as reason:
        told.tell("xml-broken", reason.lineno, str(reason.msg or "")[:120])
        return
    if not opened:
        told.tell("iati-not-activities", 1, str(getattr(context.root, "tag", ""))[:60])
    elif not activities:
        told.tell("iati-without-activity", 1)


def _root_of(source: Any) -> Element | None:
    """The root as its start is met. Asked apart: to watch for the start of elements in the whole file would cost a tenth of its reading."""
    parser = etree.XMLPullParser(events=("start",), **CLOSED)
    while piece := source.read(PIECE):
        try:
            parser.feed(piece)
        except etree.XMLSyntaxError:
            return next((element for _, element in parser.read_events()), None)
        for _, element in parser.read_events():
            return element
    return None


def _is_readable(element: Element, told: Told) -> bool:
    """Whether the file is one of activities without a document type; says why not."""
    tree = element.getroottree()
    root = tree.getroot()
    if tree.docinfo.internalDTD is not None or tree.docinfo.doctype:
        told.tell("xml-document-type", 1)
        return False
    if root.tag not in (ROOT, ACTIVITY):
        told.tell("iati-not-activities", root.sourceline, str(root.tag)[:60])
        return False
    version = root.get("version")
    if root.tag == ROOT and version not in KNOWN_VERSIONS:
        told.tell("iati-version-unknown", root.sourceline, version or "", column="version")
    return True


def _forget(element: Element) -> None:
    """Free an activity and whatever stood before it."""
    element.clear(keep_tail=True)
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
