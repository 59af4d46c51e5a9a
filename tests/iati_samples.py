"""Synthetic IATI for the tests: small activities that are right, and ways to bend them."""

from pathlib import Path

MONEY = '<value currency="USD" value-date="2024-05-01">{amount}</value>'
TRANSACTION = (
    '<transaction ref="T1"><transaction-type code="{kind}"/><transaction-date iso-date="2024-05-01"/>{money}'
    '<provider-org type="10"><narrative>Synthetic State</narrative></provider-org>'
    '<receiver-org type="22"><narrative>Synthetic NGO</narrative></receiver-org>{more}</transaction>'
)
ACTIVITY = """<iati-activity xml:lang="fr" default-currency="USD"{attributes}>
<iati-identifier>{identifier}</iati-identifier>
<reporting-org ref="XX-1" type="10"><narrative>Synthetic State</narrative></reporting-org>
<title><narrative>Activité synthétique</narrative></title>
<description type="1"><narrative>Description synthétique</narrative></description>
<participating-org role="1" type="10"><narrative>Synthetic State</narrative></participating-org>
<activity-status code="2"/>
<activity-date type="1" iso-date="2024-01-01"/>
<activity-date type="3" iso-date="2025-12-31"/>
{places}
{sectors}
{scopes}
{aid}
{budgets}
{transactions}
{related}
</iati-activity>
"""
PLACES = '<recipient-country code="NE"/>'
SECTORS = '<sector vocabulary="1" code="72010"/>'


def transaction(*, amount: str = "100", kind: str = "3", more: str = "", money: str = MONEY) -> str:
    """One synthetic transaction."""
    return TRANSACTION.format(kind=kind, money=money.format(amount=amount), more=more)


def activity(
    *, identifier: str = "XX-1-A", attributes: str = "", places: str = PLACES, sectors: str = SECTORS, scopes: str = "", aid: str = "", budgets: str = "",
    transactions: str | None = None, related: str = "",
) -> str:  # fmt: skip
    """One synthetic activity, right unless it is asked to be otherwise."""
    return ACTIVITY.format(
        identifier=identifier, attributes=attributes, places=places, sectors=sectors, scopes=scopes, aid=aid, budgets=budgets, related=related,
        transactions=transaction() if transactions is None else transactions,
    )  # fmt: skip


def written(folder: Path, *activities: str, head: str = "", version: str = "2.03") -> Path:
    """A file of activities."""
    path = folder / "activities.xml"
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<iati-activities version="{version}">\n{"".join(activities)}</iati-activities>\n', encoding="utf-8")
    return path
