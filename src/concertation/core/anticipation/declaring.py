"""The ground of every part of a declared framework: a key nobody knows is refused, words stand in both languages."""

from dataclasses import dataclass
from typing import Any, ClassVar


class Declared:
    """A part of the file: a key nobody knows is refused, a text is no number."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "strict": True}


@dataclass(frozen=True, slots=True)
class Text(Declared):
    """Words in both languages."""

    fr: str
    en: str

    def told(self, language: str) -> str:
        """The words in a language.

        >>> Text("pluie", "rain").told("en")
        'rain'
        """
        return self.en if language == "en" else self.fr
