"""Pages of places: the shapes of maps, the States and their divisions, what a unit is called and was, boundaries to approve."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import etag, require_GET

from concertation.apps.places import drawing

IMMUTABLE = "public, max-age=31536000, immutable"


def etag_of_symbols(request: HttpRequest, digest: str) -> str:
    """A file of shapes is named by its content: the name is its tag."""
    return f'"{digest}"'


@require_GET
@etag(etag_of_symbols)
def symbols(request: HttpRequest, digest: str) -> HttpResponse:
    """The shapes of a map; they never change under their name."""
    content = drawing.symbol_file(digest)
    if content is None or hashlib.sha256(content).hexdigest()[: drawing.DIGEST_LENGTH] != digest:
        raise Http404
    return HttpResponse(content, content_type="image/svg+xml", headers={"Cache-Control": IMMUTABLE})
