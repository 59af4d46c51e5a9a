"""Help: one page per subject, read from the documents of the repository, in the reader's language."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from markdown_it import MarkdownIt

SUBJECTS: Path = settings.ROOT / "docs" / "subjects"
# CommonMark and tables; HTML written in a document is shown as text, never run.
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


class HelpPage(NamedTuple):
    """A help page: its title (the first heading) and what follows, as HTML."""

    title: str
    content: SafeString


def rendered(text: str) -> HelpPage:
    """A document as a page; its first line is the title.

    >>> rendered("# Besoins\\n\\nUn *chiffre*.")
    HelpPage(title='Besoins', content='<p>Un <em>chiffre</em>.</p>\\n')
    """
    first, _, rest = text.lstrip().partition("\n")
    return HelpPage(first.lstrip("# ").strip(), SafeString(MARKDOWN.render(rest)))


@lru_cache(maxsize=128)
def read(path: Path, changed: int) -> HelpPage:
    """A document as a page, read again only when the file changed (`changed`: its time of change)."""
    return rendered(path.read_text("utf-8"))


def page_of(subject: str) -> HelpPage | None:
    """The help of a subject in the reader's language, else in French; None when there is none."""
    for language in (get_language() or "fr", "fr"):
        path = SUBJECTS / f"{subject}.{language}.md"
        if path.is_file():
            return read(path, path.stat().st_mtime_ns)
    return None


def subjects() -> list[str]:
    """The subjects that have a help page, in alphabetical order."""
    return sorted(path.name.removesuffix(".fr.md") for path in SUBJECTS.glob("*.fr.md"))


def index(request: HttpRequest) -> HttpResponse:
    """Which subjects are explained."""
    pages = [(reverse("help-subject", args=[subject]), page.title) for subject in subjects() if (page := page_of(subject))]
    return render(request, "site/help.html", {"pages": sorted(pages, key=lambda pair: pair[1].casefold())})


def subject_page(request: HttpRequest, subject: str) -> HttpResponse:
    """The help of one subject."""
    page = page_of(subject)
    if page is None:
        raise Http404
    crumbs = [(gettext("Aide"), reverse("help")), (page.title, None)]
    return render(request, "site/help_subject.html", {"page": page, "breadcrumbs": crumbs})
