"""The steps of a release on its way out: controlled, signed by the data manager, signed by the release authority, published, withdrawn.

Two people sign, each with the key of their role; nobody signs twice. Either of them lets a release go once both signed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from concertation.core.sharing.mandates import Mandate, Role
from concertation.core.sharing.signing import SIGNERS

DRAFT, PUBLISHED, RECEIVED, WITHDRAWN, EXPIRED = "draft", "published", "received", "withdrawn", "expired"
ARRIVING = "arriving"


@dataclass(frozen=True, slots=True)
class MaySign:
    """Whether a signature may be put now: under which mandate, or the code of why not."""

    by: Mandate | None
    why_not: str = ""


def may_sign(mandates: Iterable[Mandate], state: str, role: Role, signed: Mapping[Role, str]) -> MaySign:
    """Whether a person may put the signature of a role under a release of a State; `signed` is who signed which role.

    >>> manager = Mandate("u1", Role.DATA_MANAGER, state="NER")
    >>> may_sign([manager], "NER", Role.DATA_MANAGER, {}).by == manager
    True
    >>> both = [manager, Mandate("u1", Role.RELEASE_AUTHORITY, state="NER")]
    >>> may_sign(both, "NER", Role.RELEASE_AUTHORITY, {Role.DATA_MANAGER: "u1"}).why_not
    'release-signed-by-the-same-person'
    """
    if role in signed:
        return MaySign(None, "release-signed-already")
    first = SIGNERS[: SIGNERS.index(role)]
    if any(each not in signed for each in first):
        return MaySign(None, "release-signature-before")
    own = next((each for each in mandates if each.role is role and each.state == state and not each.organisation), None)
    if own is None:
        return MaySign(None, "release-signature-of-another-role")
    return MaySign(None, "release-signed-by-the-same-person") if own.person in signed.values() else MaySign(own)


def lets_go(mandates: Iterable[Mandate], state: str) -> Mandate | None:
    """The mandate under which a release twice signed is published, or its withdrawal prepared.

    >>> lets_go([Mandate("u1", Role.READER, state="NER")], "NER") is None
    True
    """
    return next((each for each in mandates if each.role in SIGNERS and each.state == state and not each.organisation), None)
