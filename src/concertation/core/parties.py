"""Who gives and who receives: the type of a party from the words a source has for it, and what is local.

A source that says less than a type needs gives the nearest type it does say; one that says nothing gives `unknown`. "Local" is a
State, a local authority, a national or local organisation, a national Red Cross or Red Crescent society, a community organisation;
an affiliate of an international organisation is not local, and a source that does not say which NGOs are national says nothing of it.
"""

from collections.abc import Iterable, Mapping

from concertation.core.spelling import fold

TYPES: Mapping[str, str] = {
    "government": "government", "governments": "government", "local government": "local_government", "un agency": "multilateral_un",
    "multilateral organizations": "multilateral_un", "inter governmental": "regional_body", "ngo": "ngo", "ngos": "ngo", "red cross red crescent": "red_cross",
    "red cross red crescent organizations": "red_cross", "pooled fund": "pooled_fund", "pooled funds": "pooled_fund", "private organization foundation": "private",
    "private organizations": "private", "multilateral bank": "multilateral_bank", "international ngo": "ingo", "national ngo": "national_ngo",
    "partner country based ngo": "national_ngo", "regional ngo": "ngo", "multilateral": "multilateral_un", "foundation": "foundation", "private sector": "company",
}  # fmt: skip
NARROWER: Mapping[tuple[str, str], str] = {
    ("ngo", "international"): "ingo", ("ngo", "affiliated"): "ingo", ("ngo", "national"): "national_ngo", ("ngo", "local"): "local_ngo",
    ("government", "local government"): "local_government",
    ("red_cross", "national society"): "red_cross_national", ("red_cross", "international society"): "red_cross_international",
}  # fmt: skip
KEPT_AS: Mapping[str, str] = {
    "ngo": "unknown", "private": "foundation", "red_cross_national": "red_cross", "red_cross_international": "red_cross",
}
TYPE_WORDS: Mapping[str, tuple[str, str]] = {
    "government": ("État ou budget de l'État", "State or State budget"), "local_government": ("collectivité locale", "local authority"), "multilateral_un": ("Nations Unies", "United Nations"),
    "multilateral_bank": ("banque ou institution financière", "bank or financial institution"), "regional_body": ("organisme régional", "regional body"),
    "red_cross": ("Croix-Rouge et Croissant-Rouge", "Red Cross and Red Crescent"), "ingo": ("ONG internationale", "international NGO"), "national_ngo": ("ONG nationale", "national NGO"),
    "local_ngo": ("ONG locale", "local NGO"), "pooled_fund": ("fonds commun", "pooled fund"), "foundation": ("fondation", "foundation"), "company": ("entreprise", "company"),
    "diaspora_association": ("association de la diaspora", "diaspora association"), "diaspora_individual_pool": ("dons de la diaspora, ensemble", "gifts of the diaspora, pooled"),
    "individual_pool": ("dons de particuliers, ensemble", "gifts of individuals, pooled"), "community_org": ("organisation communautaire", "community organisation"),
}  # fmt: skip
LOCAL = frozenset({"government", "local_government", "national_ngo", "local_ngo", "red_cross_national", "community_org"})
PRIVATE = frozenset({"private", "company", "foundation", "individual_pool"})
DIASPORA = frozenset({"diaspora_association", "diaspora_individual_pool"})
UNSURE = frozenset({"unknown", "ngo", "red_cross"})


def kind_of(written: Iterable[str]) -> str:
    """The finest kind that the words of a source give: a type of the vocabulary, or one of ngo, private, red_cross_national, red_cross_international.

    >>> kind_of(["International", "NGO"]), kind_of(["NGOs"]), kind_of(["National Society", "Red Cross/Red Crescent"]), kind_of(["Something"])
    ('ingo', 'ngo', 'red_cross_national', 'unknown')
    """
    words = [fold(each) for each in written]
    kind = next((TYPES[word] for word in words if word in TYPES), "unknown")
    return next((NARROWER[kind, word] for word in words if (kind, word) in NARROWER), kind)


def party_type(written: Iterable[str]) -> str:
    """The type under which a party is kept.

    >>> party_type(["Private Organizations"]), party_type(["NGOs"]), party_type(["Government", "National government"])
    ('foundation', 'unknown', 'government')
    """
    kind = kind_of(written)
    return KEPT_AS.get(kind, kind)


def is_local(written: Iterable[str]) -> bool | None:
    """Whether a party is local; None where its source does not say enough.

    >>> is_local(["NGO", "National"]), is_local(["NGO", "Affiliated"]), is_local(["NGOs"]), is_local(["UN agency"])
    (True, False, None, False)
    """
    kind = kind_of(written)
    return None if kind in UNSURE else kind in LOCAL


def countries_of(names: Iterable[str], known: Mapping[str, str]) -> list[str]:
    """The codes of some places: a code of three capitals as it is, else the code known for the folded name, else the name.

    >>> countries_of(["BFA", "Niger", "Elsewhere"], {"niger": "NER"})
    ['BFA', 'NER', 'Elsewhere']
    """
    return [name if len(name) == 3 and name.isalpha() and name.isupper() else known.get(fold(name), name) for name in names]
