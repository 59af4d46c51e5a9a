"""Receiving: receipts that pay instalments, statements of banks and mobile money whose lines a person matches."""
