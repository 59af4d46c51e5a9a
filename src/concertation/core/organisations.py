"""Which written names are the same organisation."""

import polars as pl

from concertation.core.spelling import fold


def organisation_key(acronym: str | None, name: str | None) -> str | None:
    """The key under which spellings of one organisation meet: the folded acronym, else the folded name; None when neither is written.

    >>> organisation_key("EdM", None) == organisation_key(None, " Edm ")
    True
    """
    return next((key for text in (acronym, name) if text and (key := fold(text))), None)


def organisation_keys(acronyms: pl.Series, names: pl.Series) -> pl.Series:
    """organisation_key over columns, folded once per distinct text."""
    folded = [_folded(acronyms), _folded(names)]
    return pl.DataFrame({"acronym": folded[0], "name": folded[1]}).select(organisation_key=pl.coalesce("acronym", "name")).to_series()


def _folded(texts: pl.Series) -> pl.Series:
    distinct = texts.drop_nulls().unique()
    keys = pl.Series([fold(text) or None for text in distinct], dtype=pl.Utf8)
    return texts.replace_strict(distinct, keys, default=None, return_dtype=pl.Utf8)
