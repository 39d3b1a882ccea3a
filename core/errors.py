"""Every error of Abgabe has a home in this tree, says whose fault it is, and speaks German and English.

AbgabeError
├── StudentError              the user's to mend: wrong upload, wrong password, not allowed, not found
│   ├── UploadRefused         nothing was stored
│   ├── NotAllowed
│   ├── NotFound
│   ├── KeyReused             an idempotency key came again with other content
│   ├── TooOften              tells how long to wait
│   ├── Conflict              not possible as things stand
│   └── LoginFailed
├── SuiteBroken               the suite's author's to mend
└── OurError                  ours: retried, shown to staff, never costs an attempt
    ├── SandboxUnavailable    no bubblewrap, no image, an engine that cannot be used
    │   └── EngineAway        the engine does not answer: waited for, never counted
    ├── SandboxFailed         a sandbox died or did not start
    ├── StorageFailed         a blob could not be written or read
    ├── DatabaseOutdated      the schema is older or newer than the code
    ├── LeaseLost             another worker holds this attempt now
    └── GradingFailed         an exam ended without an honest verdict for every case

Each module that raises one adds its texts to TEXTS through ``texts``.
"""

from __future__ import annotations

from typing import Any

from exam.report import Fault, Language

TEXTS: dict[str, dict[Language, tuple[str, str]]] = {}
"""code -> language -> (what is wrong, what to do about it), both with parameters in braces."""


def texts(code: str, *, en: tuple[str, str], de: tuple[str, str]) -> str:
    """Register what error ``code`` says; returns the code, so that a module can name it as a constant."""
    TEXTS[code] = {"en": en, "de": de}
    return code


class AbgabeError(Exception):
    """Base of all our errors: ``code`` (stable, machine-readable) and ``params`` for its texts."""

    fault = Fault.OURS
    http_status = 500

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def _say(self, part: int, language: Language) -> str:
        texts_of = TEXTS.get(self.code)
        if texts_of is None:
            return f"{self.code} {self.params}" if part == 0 else ""
        return (texts_of.get(language) or texts_of["en"])[part].format_map(self.params)

    def text(self, language: Language = "en") -> str:
        """What is wrong, in one sentence."""
        return self._say(0, language)

    def hint(self, language: Language = "en") -> str:
        """What to do about it; may be empty."""
        return self._say(1, language)

    def __str__(self) -> str:
        return f"{self.text()} {self.hint()}".strip()


class StudentError(AbgabeError):
    fault = Fault.STUDENT
    http_status = 400


class UploadRefused(StudentError):
    http_status = 422


class NotAllowed(StudentError):
    http_status = 403


class NotFound(StudentError):
    http_status = 404


class KeyReused(StudentError):
    http_status = 422


class TooOften(StudentError):
    http_status = 429

    def __init__(self, code: str, *, retry_after_s: int, **params: Any) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(code, **params)


class Conflict(StudentError):
    http_status = 409


class LoginFailed(StudentError):
    http_status = 401


class SuiteBroken(AbgabeError):
    fault = Fault.SUITE


class OurError(AbgabeError):
    http_status = 503


class SandboxUnavailable(OurError):
    pass


class EngineAway(SandboxUnavailable):
    pass


class SandboxFailed(OurError):
    pass


class StorageFailed(OurError):
    pass


class DatabaseOutdated(OurError):
    pass


class LeaseLost(OurError):
    pass


class GradingFailed(OurError):
    pass
