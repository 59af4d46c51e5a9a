"""Who may see which organisation has declared, and when: the organisation itself, its sector's lead, the State's data manager.

Everyone else sees totals, so that the product is no tool of ranking or police. A sector's lead is an organisation named for a
State, a sector and a year; the leads of its reporters act for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from concertation.core.sharing.mandates import Mandate, Role
from concertation.core.sharing.visibility import writes_for

REPORTS = frozenset({Role.REPORTER, Role.REPORTER_LEAD})


@dataclass(frozen=True, slots=True)
class PunctualitySight:
    """What a reader may see by name: every organisation, those of some sectors, or only its own."""

    everyone: bool
    sectors: frozenset[str]
    organisations: frozenset[str]

    def sees(self, organisation: str, sectors: Iterable[str]) -> bool:
        """Whether an organisation that declares in these sectors is seen by name.

        >>> PunctualitySight(False, frozenset({"HEA"}), frozenset()).sees("alpha", ["HEA", "NUT"])
        True
        """
        return self.everyone or organisation in self.organisations or not self.sectors.isdisjoint(sectors)


def acts_for(mandates: Iterable[Mandate], organisation: str, state: str, roles: frozenset[Role] = REPORTS) -> Mandate | None:
    """The mandate under which a person declares for an organisation in a State.

    >>> acts_for([Mandate("u1", Role.REPORTER, state="MLI", organisation="alpha")], "alpha", "NER") is None
    True
    """
    return next(
        (own for own in mandates if own.role in roles and own.organisation == organisation != "" and own.state in ("", state)), None,
    )


def punctuality_sight(mandates: Iterable[Mandate], *, state: str, leads: Mapping[str, str]) -> PunctualitySight:
    """What these mandates open of one State; `leads` names the organisation that leads each sector.

    >>> lead = Mandate("u1", Role.REPORTER_LEAD, organisation="alpha")
    >>> sorted(punctuality_sight([lead], state="NER", leads={"HEA": "alpha", "NUT": "beta"}).sectors)
    ['HEA']
    """
    held = tuple(mandates)
    led = frozenset(sector for sector, organisation in leads.items() if acts_for(held, organisation, state, frozenset({Role.REPORTER_LEAD})))
    own = frozenset(each.organisation for each in held if each.role in REPORTS and each.organisation and each.state in ("", state))
    return PunctualitySight(writes_for(held, state) is not None, led, own)


def validates(mandates: Iterable[Mandate], *, state: str, lead: str) -> Mandate | None:
    """The mandate under which a period may be validated: the State's data manager's, or one of the lead of its sector's reporters.

    >>> validates([Mandate("u1", Role.REPORTER, organisation="alpha")], state="NER", lead="alpha") is None
    True
    """
    held = tuple(mandates)
    return writes_for(held, state) or acts_for(held, lead, state, frozenset({Role.REPORTER_LEAD}))
