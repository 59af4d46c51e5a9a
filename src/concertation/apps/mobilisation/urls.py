"""Addresses of mobilisation."""

from django.urls import path

from concertation.apps.mobilisation import pages, pledge_pages
from concertation.apps.mobilisation.publishing import pages as publishing
from concertation.apps.mobilisation.receiving import pages as receiving

urlpatterns = [
    path("mobilisation/", pages.appeals, name="mobilisation"),
    path("mobilisation/appeals/new/", pages.appeal_new, name="appeal-new"),
    path("mobilisation/appeals/<uuid:appeal_id>/", pages.appeal, name="appeal"),
    path("mobilisation/appeals/<uuid:appeal_id>/edit/", pages.appeal_edit, name="appeal-edit"),
    path("mobilisation/appeals/<uuid:appeal_id>/withdraw/", pages.appeal_withdraw, name="appeal-withdraw"),
    path("mobilisation/appeals/<uuid:appeal_id>/envelopes/new/", pages.envelope_new, name="envelope-new"),
    path("mobilisation/envelopes/<uuid:envelope_id>/withdraw/", pages.envelope_withdraw, name="envelope-withdraw"),
    path("mobilisation/meetings/", pages.meetings, name="meetings"),
    path("mobilisation/meetings/new/", pages.meeting_new, name="meeting-new"),
    path("mobilisation/meetings/<uuid:meeting_id>/", pages.meeting, name="meeting"),
    path("mobilisation/meetings/<uuid:meeting_id>/edit/", pages.meeting_edit, name="meeting-edit"),
    path("mobilisation/meetings/<uuid:meeting_id>/withdraw/", pages.meeting_withdraw, name="meeting-withdraw"),
    path("mobilisation/pledges/", pledge_pages.ledger, name="pledges"),
    path("mobilisation/pledges/new/", pledge_pages.new, name="pledge-new"),
    path("mobilisation/pledges/<uuid:pledge_id>/", pledge_pages.pledge, name="pledge"),
    path("mobilisation/pledges/<uuid:pledge_id>/edit/", pledge_pages.edit, name="pledge-edit"),
    path("mobilisation/pledges/<uuid:pledge_id>/instalments/", pledge_pages.schedule, name="pledge-instalments"),
    path("mobilisation/pledges/<uuid:pledge_id>/take-back/", pledge_pages.take_back, name="pledge-take-back"),
    path("mobilisation/pledges/<uuid:pledge_id>/withdraw/", pledge_pages.withdraw, name="pledge-withdraw"),
    path("mobilisation/pledges/<uuid:pledge_id>/receipts/new/", receiving.receipt_new, name="receipt-new"),
    path("mobilisation/receipts/<uuid:receipt_id>/confirm/", receiving.receipt_confirm, name="receipt-confirm"),
    path("mobilisation/receipts/<uuid:receipt_id>/take-back/", receiving.receipt_take_back, name="receipt-take-back"),
    path("mobilisation/statements/", receiving.statements, name="statements"),
    path("mobilisation/statements/<uuid:statement_id>/", receiving.statement, name="statement"),
    path("mobilisation/lines/<uuid:line_id>/settle/", receiving.line_settle, name="line-settle"),
    path("mobilisation/lines/<uuid:line_id>/link/", receiving.line_link, name="line-link"),
    path("mobilisation/lines/<uuid:line_id>/aside/", receiving.line_aside, name="line-aside"),
    path("mobilisation/lines/<uuid:line_id>/open/", receiving.line_open, name="line-open"),
    path("mobilisation/totals/", publishing.totals, name="pledge-totals"),
    path("mobilisation/totals/publish/", publishing.publish, name="pledge-totals-publish"),
    path("mobilisation/totals/<uuid:publication_id>/withdraw/", publishing.withdraw, name="pledge-totals-withdraw"),
]
