"""What the layout of every page shows: the language switch and who is signed in."""

from django.http import HttpRequest
from django.utils.translation import get_language


def layout(request: HttpRequest) -> dict[str, object]:
    """The other language, and the address of this page in it."""
    other = "en" if get_language() == "fr" else "fr"
    query = request.GET.copy()
    query["lang"] = other
    return {"other_language": other, "other_language_url": f"{request.path}?{query.urlencode()}"}
