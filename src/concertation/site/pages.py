"""The home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """What the ministers decided, and where it stands."""
    return render(request, "site/home.html")
