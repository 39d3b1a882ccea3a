"""What an exam says to a student: a code with parameters, written out in German or English where it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Language = str
LANGUAGES: tuple[Language, ...] = ("en", "de")

# One entry per code. Parameters stand in braces and are plain text or numbers; nothing here is ever HTML.
TEXTS: dict[str, dict[Language, str]] = {
    "text": {"en": "{text}", "de": "{text}"},
    "passed": {"en": "Passed.", "de": "Bestanden."},
    "not_run": {
        "en": "This case did not run yet.",
        "de": "Dieser Fall lief noch nicht.",
    },
}


@dataclass(frozen=True)
class Message:
    """A sentence for a person, kept as ``code`` and ``params`` so that it can be said in any of LANGUAGES."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: Language = "en") -> str:
        """The sentence in ``language``; English where a translation is missing."""
        texts = TEXTS.get(self.code, TEXTS["text"])
        template = texts.get(language) or texts["en"]
        try:
            return template.format_map(self.params)
        except (KeyError, IndexError, ValueError):
            return f"{self.code}: {dict(self.params)}"

    def __str__(self) -> str:
        return self.text()

    @classmethod
    def plain(cls, text: str) -> Message:
        """A sentence that a suite's author wrote and nobody translated."""
        return cls("text", {"text": text})
