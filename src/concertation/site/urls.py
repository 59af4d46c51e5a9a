"""Addresses of the node; the subject's word is the first part of each."""

from django.urls import include, path

from concertation.site import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("account/", include("allauth.account.urls")),
]
