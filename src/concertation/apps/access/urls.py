"""Addresses of accounts, people, sharing levels and the journal."""

from allauth.account.decorators import reauthentication_required
from django.urls import path

from concertation.apps.access import journal_pages, message_pages, own_pages, pages

urlpatterns = [
    path("account/", own_pages.account, name="account"),
    path("account/sessions/", own_pages.sessions, name="sessions"),
    path("account/sessions/end/", own_pages.end_sessions, name="sessions-end"),
    path("account/tokens/", own_pages.tokens, name="tokens"),
    path("account/tokens/make/", reauthentication_required(own_pages.make_token), name="token-make"),
    path("account/tokens/<uuid:token_id>/revoke/", own_pages.revoke_token, name="token-revoke"),
    path("invitations/<str:link>/", own_pages.invitation, name="invitation"),
    path("people/", pages.people, name="people"),
    path("people/invite/", pages.invite, name="invite"),
    path("people/invitations/<uuid:invitation_id>/withdraw/", pages.withdraw_invitation, name="invitation-withdraw"),
    path("people/messages/", message_pages.waiting, name="messages-waiting"),
    path("people/messages/<uuid:message_id>/handed/", message_pages.handed, name="message-handed"),
    path("people/<uuid:person_id>/", pages.person, name="person"),
    path("people/<uuid:person_id>/give/", pages.give, name="mandate-give"),
    path("people/<uuid:person_id>/mandates/<uuid:mandate_id>/end/", pages.end, name="mandate-end"),
    path("people/<uuid:person_id>/close/", pages.close, name="account-close"),
    path("people/<uuid:person_id>/password-link/", pages.password_link, name="password-link"),
    path("people/<uuid:person_id>/second-factor/remove/", pages.remove_second_factor, name="second-factor-remove"),
    path("sharing/", pages.sharing_levels, name="sharing-levels"),
    path("journal/", journal_pages.journal, name="journal"),
]
