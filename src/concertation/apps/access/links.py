"""Links and keys handed to a person once: what is kept of them is a digest, from which they cannot be made again.

They hold 256 random bits, so a plain SHA-256 is enough: there is nothing to guess. A link is signed with its day besides, so
that an old or a forged one is refused before the database is asked.
"""

import hashlib
import secrets
from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core import signing

from concertation.apps.access.models import User

LINK_LIFE = timedelta(days=7)
LINK_SALT = "concertation.invitation"
TOKEN_MARK = "cct_"  # noqa: S105  (a mark that scanners for leaked keys can look for)


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_link() -> tuple[str, str]:
    """A link's last part, and the digest to keep of it."""
    secret = secrets.token_urlsafe(32)
    return signing.dumps(secret, salt=LINK_SALT), digest_of(secret)


def digest_of_link(link: str) -> str | None:
    """The digest under which a link's invitation is kept; None for a link that is forged or too old."""
    try:
        return digest_of(str(signing.loads(link, salt=LINK_SALT, max_age=LINK_LIFE)))
    except signing.BadSignature:
        return None


def new_password_key(user: User) -> tuple[str, str]:
    """The two parts of a link under which a person chooses a new password; it ends when they do, when they sign in, or with the day.

    Nothing is kept of it: it is made of the password's hash and the last sign-in, so any change of either ends it.
    """
    return user_pk_to_url_str(user), default_token_generator.make_token(user)


def new_token() -> tuple[str, str]:
    """A personal token, and the digest to keep of it."""
    token = TOKEN_MARK + secrets.token_urlsafe(32)
    return token, digest_of(token)
