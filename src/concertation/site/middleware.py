"""What every answer carries: the language of the reader, an enforced content policy."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from concertation.site.api_middleware import is_for_programs

Respond = Callable[[HttpRequest], HttpResponse]
CODES = [code for code, _ in settings.LANGUAGES]
YEAR = 365 * 24 * 3600
CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'", "img-src 'self' data:", "style-src 'self'", "script-src 'self'", "connect-src 'self'",
        "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'", "manifest-src 'self'",
    ),
)


PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), serial=(), usb=(), publickey-credentials-get=(self)"


class ContentSecurityMiddleware:
    """Nothing inline, nothing from another host."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the policy to the answer."""
        response = self.respond(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class LanguageMiddleware:
    """`?lang=` sets the language and is remembered in a cookie; otherwise the cookie; otherwise French."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language; programs choose theirs in another way."""
        if is_for_programs(request.path):
            return self.respond(request)
        asked = request.GET.get("lang", "")
        chosen = next((c for c in (asked, request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")) if c in CODES), "fr")
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = self.respond(request)
        response.headers["Content-Language"] = chosen
        patch_vary_headers(response, ["Cookie"])
        if asked in CODES:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, asked, max_age=YEAR, samesite="Lax", secure=settings.HTTPS)
        return response
