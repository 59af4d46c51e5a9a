"""What `mobilisation` offers to the subjects below it: to the quality of money, what the ledger of pledges says of it."""

from concertation.apps.funding.ledgers import register_ledger
from concertation.apps.mobilisation.quality import shares

register_ledger(shares)
