"""Public totals: what may be told to everybody of the ledger, published by a person and withdrawn by one."""
