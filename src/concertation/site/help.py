"""Help: one page per subject and two on the node, read from the documents of the repository, in the reader's language.

The documents stay plain Markdown that any forge shows; what only a page needs (tables that scroll by themselves, links from
one help page to another, blanks that French keeps before its punctuation) is added here.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

DOCUMENTS: Path = settings.ROOT / "docs"
FOLDERS = (DOCUMENTS / "subjects", DOCUMENTS)
ORDER = (
    "pages", "decisions", "lessons", "anticipation", "response", "picture", "notes", "needs", "presence", "reporting", "funding", "mobilisation", "sources", "places", "boundaries", "organisations", "search", "access", "sharing", "releases", "api", "reference",
    "security", "operations",
)  # fmt: skip
NARROW = "\u202f"
FRENCH_BLANKS = re.compile(r"(?<!\s) (?=[:;?!»%](?:\W|$))|(?<=«) |(?<=\d) (?=\d{3}(?!\d))")
FIRST_SENTENCE = re.compile(r"(?<=[.?!]) ")
DOCUMENT_LINK = re.compile(r"(?:\.\./|subjects/)?([a-z]+)\.(?:fr|en)\.md")


class HelpPage(NamedTuple):
    """A help page: its title (the first heading), its first sentence as plain text, and what follows the title, as HTML."""

    title: str
    lead: str
    content: SafeString


def scrolled(renderer: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    """A block wider than a telephone scrolls by itself and leaves the page where it is."""
    block = tokens[place]
    if block.type == "table_open":
        return '<div class="scroll" tabindex="0"><table>\n'
    if block.type == "table_close":
        return "</table></div>\n"
    plain = renderer.code_block if block.type == "code_block" else renderer.fence
    return f'<div class="scroll" tabindex="0">{plain(tokens, place, options, env)}</div>\n'


def reader_of_markdown() -> MarkdownIt:
    """CommonMark and tables; HTML written in a document is shown as text, never run."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    for block in ("table_open", "table_close", "code_block", "fence"):
        markdown.add_render_rule(block, scrolled)
    return markdown


MARKDOWN = reader_of_markdown()


def set_as_french(text: str) -> str:
    """Narrow blanks that do not break where French has them, instead of the blanks a keyboard types.

    >>> set_as_french("« Atteints » : 2 734 195 ; 42,9 %.") == "«\u202fAtteints\u202f»\u202f: 2\u202f734\u202f195\u202f; 42,9\u202f%."
    True
    """
    return FRENCH_BLANKS.sub(NARROW, text)


def parts_of(tokens: Sequence[Token]) -> Iterator[Token]:
    """The pieces of running text of a document: words, links, code."""
    for block in tokens:
        yield from block.children or ()


def made_ours(tokens: Sequence[Token], *, language: str) -> None:
    """Set the running text in its language, and let links between documents lead from help page to help page."""
    for part in parts_of(tokens):
        if part.type == "text" and language == "fr":
            part.content = set_as_french(part.content)
        if part.type == "link_open" and (document := DOCUMENT_LINK.fullmatch(str(part.attrGet("href")))):
            part.attrSet("href", reverse("help-subject", args=[document[1]]))


def lead_of(tokens: Sequence[Token]) -> str:
    """The first sentence of the first paragraph, as plain text; empty when the document opens otherwise."""
    if not tokens or tokens[0].type != "paragraph_open":
        return ""
    words = "".join(" " if part.type == "softbreak" else part.content for part in tokens[1].children or ())
    return FIRST_SENTENCE.split(words, maxsplit=1)[0]


def rendered(text: str, *, language: str = "fr") -> HelpPage:
    """A document as a page; its first line is the title.

    >>> rendered("# Besoins\\n\\nUn *chiffre*.")
    HelpPage(title='Besoins', lead='Un chiffre.', content='<p>Un <em>chiffre</em>.</p>\\n')
    """
    first, _, rest = text.lstrip().partition("\n")
    tokens = MARKDOWN.parse(rest)
    made_ours(tokens, language=language)
    title = first.lstrip("# ").strip()
    content = MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})
    return HelpPage(set_as_french(title) if language == "fr" else title, lead_of(tokens), SafeString(content))


@lru_cache(maxsize=128)
def read(path: Path, changed: int) -> HelpPage:
    """A document as a page, read again only when the file changed (`changed`: its time of change)."""
    return rendered(path.read_text("utf-8"), language=path.suffixes[0].lstrip("."))


def page_of(subject: str) -> HelpPage | None:
    """The help of a subject in the reader's language, else in French; None when there is none."""
    named = [folder / f"{subject}.{language}.md" for language in (get_language() or "fr", "fr") for folder in FOLDERS]
    path = next((path for path in named if path.is_file()), None)
    return read(path, path.stat().st_mtime_ns) if path else None


def subjects() -> list[str]:
    """What has a help page, in the order in which a newcomer would read; anything else after that."""
    held = {path.name.removesuffix(".fr.md") for folder in FOLDERS for path in folder.glob("*.fr.md")}
    return [*(subject for subject in ORDER if subject in held), *sorted(held - set(ORDER))]


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What is explained, each with its first words."""
    pages = [(reverse("help-subject", args=[subject]), page) for subject in subjects() if (page := page_of(subject))]
    return render(request, "site/help.html", {"pages": pages})


@require_GET
def subject_page(request: HttpRequest, subject: str) -> HttpResponse:
    """The help of one subject."""
    page = page_of(subject) if subject in subjects() else None
    if page is None:
        raise Http404
    crumbs = [(gettext("Aide"), reverse("help")), (page.title, None)]
    return render(request, "site/help_subject.html", {"page": page, "breadcrumbs": crumbs})
