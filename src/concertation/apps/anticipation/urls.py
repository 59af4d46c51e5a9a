"""Addresses of anticipatory action."""

from django.urls import path

from concertation.apps.anticipation import acting_pages, bench_pages, envelope_pages, field_pages, pages

urlpatterns = [
    path("anticipation/", pages.frameworks, name="frameworks"),
    path("anticipation/envelopes/", envelope_pages.envelopes, name="envelopes"),
    path("anticipation/envelopes/<uuid:held_id>/turn/", envelope_pages.turn, name="envelope-turn"),
    path("anticipation/new/", pages.declare, name="framework-new"),
    path("anticipation/frameworks/<slug:framework>/", pages.framework, name="framework"),
    path("anticipation/frameworks/<slug:framework>/file/", pages.framework_file, name="framework-file"),
    path("anticipation/frameworks/<slug:framework>/bench/", bench_pages.bench, name="framework-bench"),
    path("anticipation/frameworks/<slug:framework>/field/", field_pages.bring, name="framework-field"),
    path("anticipation/fields/<uuid:field_id>/", field_pages.field, name="field"),
    path("anticipation/frameworks/<slug:framework>/series/", pages.series, name="framework-series"),
    path("anticipation/frameworks/<slug:framework>/sign/", pages.sign, name="framework-sign"),
    path("anticipation/activations/<uuid:activation_id>/", acting_pages.activation, name="activation"),
    path("anticipation/activations/<uuid:activation_id>/cap.xml", acting_pages.cap_file, name="activation-cap"),
    path("anticipation/activations/<uuid:activation_id>/step/", acting_pages.step, name="activation-step"),
]
