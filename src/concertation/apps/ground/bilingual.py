"""Rows whose words are held in both languages."""

from django.utils.translation import get_language


class Bilingual:
    """Texts in two columns each, `…_fr` and `…_en`, told in the reader's language, else in the other."""

    def told(self, name: str) -> str:
        """One text in the reader's language, else in the one it was written in."""
        first, second = ("en", "fr") if get_language() == "en" else ("fr", "en")
        return str(getattr(self, f"{name}_{first}") or getattr(self, f"{name}_{second}"))

    @property
    def title(self) -> str:
        """The title as the reader reads it."""
        return self.told("title")
