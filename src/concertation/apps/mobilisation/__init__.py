"""The subject `mobilisation`: appeals, pledging meetings, the ledger of pledges, receipts, public totals."""
