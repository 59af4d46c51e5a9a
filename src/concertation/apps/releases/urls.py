"""Addresses of releases."""

from django.urls import path

from concertation.apps.releases import agreement_pages, joint_pages, pages, principle_pages

urlpatterns = [
    path("releases/", pages.releases, name="releases"),
    path("releases/make/", pages.make, name="release-make"),
    path("releases/agreements/", agreement_pages.agreements, name="agreements"),
    path("releases/agreements/new/", agreement_pages.new, name="agreement-new"),
    path("releases/agreements/<uuid:agreement_id>/", agreement_pages.agreement, name="agreement"),
    path("releases/agreements/<uuid:agreement_id>/confirm/", agreement_pages.confirm, name="agreement-confirm"),
    path("releases/agreements/<uuid:agreement_id>/end/", agreement_pages.end, name="agreement-end"),
    path("releases/joint/", joint_pages.joint_products, name="joint-products"),
    path("releases/joint/new/", joint_pages.new, name="joint-new"),
    path("releases/joint/<uuid:product_id>/", joint_pages.joint, name="joint"),
    path("releases/joint/<uuid:product_id>/speak/<str:state>/", joint_pages.speak, name="joint-speak"),
    path("releases/joint/<uuid:product_id>/publish/", joint_pages.publish, name="joint-publish"),
    path("releases/joint/<uuid:product_id>/drop/", joint_pages.drop, name="joint-drop"),
    path("releases/joint/<uuid:product_id>/recount/", joint_pages.recount, name="joint-recount"),
    path("releases/principles/", principle_pages.principles, name="principles"),
    path("releases/impartiality/", principle_pages.impartiality, name="impartiality"),
    path("releases/<uuid:release_id>/", pages.release, name="release"),
    path("releases/<uuid:release_id>/sign/", pages.sign, name="release-sign"),
    path("releases/<uuid:release_id>/publish/", pages.publish, name="release-publish"),
    path("releases/<uuid:release_id>/withdraw/", pages.withdraw, name="release-withdraw"),
    path("releases/<uuid:release_id>/discard/", pages.discard, name="release-discard"),
    path("releases/<uuid:release_id>/package.zip", pages.package, name="release-package"),
]
