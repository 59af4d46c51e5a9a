"""Joint products: proposed about States, open to each of them for a silence period, approved or reserved."""
