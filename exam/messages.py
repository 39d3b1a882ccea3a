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
    "not_run": {"en": "This case has not run.", "de": "Dieser Fall ist nicht gelaufen."},
    # What a check found.
    "not_numbers": {
        "en": "{what} should be an array of numbers, but is {got}.",
        "de": "{what} sollte ein Feld aus Zahlen sein, ist aber {got}.",
    },
    "object_array": {
        "en": "{what} is an array of Python objects (dtype object), not of numbers. This happens when rows of "
        "different lengths, or None, are put into one array.",
        "de": "{what} ist ein Feld aus Python-Objekten (dtype object), nicht aus Zahlen. Das passiert, wenn Zeilen "
        "verschiedener Länge oder None in ein Feld geraten.",
    },
    "wrong_shape": {
        "en": "{what} should have shape {expected}, but has shape {got}.",
        "de": "{what} sollte die Form (shape) {expected} haben, hat aber {got}.",
    },
    "not_finite": {
        "en": "{what} contains {bad} of {size} values that are not finite; the first is {got} at index {index}.",
        "de": "{what} enthält {bad} von {size} Werten, die nicht endlich sind; der erste ist {got} an Index {index}.",
    },
    "wrong_values": {
        "en": "{what} is wrong in {bad} of {size} values (shape {shape}, dtype {dtype}). The first wrong one is at "
        "index {index}: expected {expected}, got {got}. The largest error is {error}.",
        "de": "{what} ist in {bad} von {size} Werten falsch (Form {shape}, dtype {dtype}). Der erste falsche steht an "
        "Index {index}: erwartet {expected}, erhalten {got}. Der größte Fehler ist {error}.",
    },
    "wrong_number": {
        "en": "{what} should be {expected}, but is {got} (error {error}).",
        "de": "{what} sollte {expected} sein, ist aber {got} (Fehler {error}).",
    },
    "not_a_number": {
        "en": "{what} should be a single number, but is {got}.",
        "de": "{what} sollte eine einzelne Zahl sein, ist aber {got}.",
    },
    "not_equal": {
        "en": "{what} should be {expected}, but is {got}.",
        "de": "{what} sollte {expected} sein, ist aber {got}.",
    },
    "relation": {"en": "{finding} {relation}", "de": "{finding} {relation}"},
    "scaled": {
        "en": "Your values are the expected ones times {factor}.",
        "de": "Deine Werte sind die erwarteten mal {factor}.",
    },
    "scaled_by": {
        "en": "Your values are the expected ones times {name} ({factor}).",
        "de": "Deine Werte sind die erwarteten mal {name} ({factor}).",
    },
    "divided_by": {
        "en": "Your values are the expected ones divided by {name} ({factor}).",
        "de": "Deine Werte sind die erwarteten geteilt durch {name} ({factor}).",
    },
    "negated": {
        "en": "Your values are the expected ones with the opposite sign.",
        "de": "Deine Werte sind die erwarteten mit umgekehrtem Vorzeichen.",
    },
    "transposed": {
        "en": "Your values are the expected ones transposed.",
        "de": "Deine Werte sind die erwarteten, transponiert.",
    },
    "shifted": {
        "en": "Your values are the expected ones plus {offset} everywhere.",
        "de": "Deine Werte sind überall die erwarteten plus {offset}.",
    },
    "check": {"en": "A check of this case does not hold.", "de": "Eine Prüfung dieses Falls trifft nicht zu."},
    "unusable": {
        "en": "The test could not work with what your code returned: {error}.",
        "de": "Der Test konnte mit dem, was dein Code zurückgab, nichts anfangen: {error}.",
    },
    "stuck": {
        "en": "With what your code returned, the test did not come to an end.",
        "de": "Mit dem, was dein Code zurückgab, kam der Test zu keinem Ende.",
    },
    # How the student's code ended.
    "raised": {"en": "Your code raised {type}: {text}", "de": "Dein Code löste {type} aus: {text}"},
    "missing_module": {
        "en": "Your code imports “{name}”, which is not there. Use only packages that the exercise allows.",
        "de": "Dein Code importiert „{name}“, das es hier nicht gibt. Verwende nur Pakete, die die Aufgabe erlaubt.",
    },
    "missing_file": {
        "en": "{file} was not handed in (or is not where it belongs).",
        "de": "{file} wurde nicht abgegeben (oder liegt nicht, wo es hingehört).",
    },
    "missing_name": {
        "en": "{module} has no “{name}”. Check the spelling; upper and lower case matter.",
        "de": "{module} enthält kein „{name}“. Prüfe die Schreibweise; Groß- und Kleinschreibung zählen.",
    },
    "timeout_cpu": {
        "en": "Too slow: {during} used more than {limit_s} s of computing time.",
        "de": "Zu langsam: {during} brauchte mehr als {limit_s} s Rechenzeit.",
    },
    "timeout_idle": {
        "en": "No answer within {limit_s} s, while hardly computing: {during} waits for something that never comes "
        "(input(), sleep, a lock?).",
        "de": "Keine Antwort innerhalb von {limit_s} s, fast ohne zu rechnen: {during} wartet auf etwas, das nie kommt "
        "(input(), sleep, eine Sperre?).",
    },
    "exam_too_long": {
        "en": "Not run: the cases before it did not end by themselves and used up the {minutes} min that an exam may "
        "take.",
        "de": "Nicht gelaufen: Die Fälle davor kamen zu keinem Ende und haben die {minutes} min aufgebraucht, die eine "
        "Prüfung dauern darf.",
    },
    "memory": {
        "en": "Too much memory: {during} needed more than {limit_mib} MiB.",
        "de": "Zu viel Speicher: {during} brauchte mehr als {limit_mib} MiB.",
    },
    "exited": {
        "en": "Your program ended itself (exit code {code}) during {during}. A library must not call exit().",
        "de": "Dein Programm hat sich während {during} selbst beendet (Code {code}). Eine Bibliothek darf nicht exit() "
        "aufrufen.",
    },
    "killed": {
        "en": "Your program crashed ({signal}) during {during}.",
        "de": "Dein Programm ist während {during} abgestürzt ({signal}).",
    },
    "garbled": {
        "en": "During {during} your program sent something that is not an answer ({detail}).",
        "de": "Während {during} schickte dein Programm etwas, das keine Antwort ist ({detail}).",
    },
    "hung_up": {
        "en": "During {during} your program closed its connection to the test.",
        "de": "Während {during} hat dein Programm seine Verbindung zum Test geschlossen.",
    },
    "sandbox_lost": {
        "en": "The whole sandbox of your program died during this case, twice. It used up something that it shares.",
        "de": "Die ganze Sandbox deines Programms ist in diesem Fall zweimal gestorben. Es hat etwas Gemeinsames "
        "aufgebraucht.",
    },
    "forbidden": {
        "en": "Not allowed in an exam: {text}",
        "de": "In einer Prüfung nicht erlaubt: {text}",
    },
    "too_many_calls": {
        "en": "Your code used objects of the test more than {limit} times in one case.",
        "de": "Dein Code hat Objekte des Tests in einem Fall mehr als {limit}-mal benutzt.",
    },
    # Not the student's.
    "suite_error": {
        "en": "This test is broken; that is not your fault and costs you nothing. ({error})",
        "de": "Dieser Test ist fehlerhaft; das ist nicht deine Schuld und kostet dich nichts. ({error})",
    },
    "our_error": {
        "en": "Something went wrong on our side; this costs you nothing. ({error})",
        "de": "Bei uns ist etwas schiefgegangen; das kostet dich nichts. ({error})",
    },
    "busy_host": {
        "en": "The machine was too busy to tell; the case will be repeated.",
        "de": "Die Maschine war zu beschäftigt, um zu urteilen; der Fall wird wiederholt.",
    },
}


@dataclass(frozen=True)
class Message:
    """A sentence for a person, kept as ``code`` and ``params`` so that it can be said in any of LANGUAGES.

    A parameter may be a dict {"en": …, "de": …}, or another message as {"code": …, "params": …}.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: Language = "en") -> str:
        """The sentence in ``language``; English where a translation is missing."""
        texts = TEXTS.get(self.code, TEXTS["text"])
        template = texts.get(language) or texts["en"]
        try:
            text = template.format_map({key: _localised(value, language) for key, value in self.params.items()})
        except (KeyError, IndexError, ValueError, TypeError):
            return f"{self.code}: {dict(self.params)}"
        # A sentence begins with a capital, a name of the student's code as it is spelt.
        return text[:1].upper() + text[1:] if text.split(" ")[0].isalpha() else text

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "params": dict(self.params)}

    def __str__(self) -> str:
        return self.text()

    @classmethod
    def plain(cls, text: str) -> Message:
        """A sentence that a suite's author wrote and nobody translated."""
        return cls("text", {"text": text})


def _localised(value: Any, language: Language) -> Any:
    if isinstance(value, dict) and "code" in value:
        return Message(str(value["code"]), dict(value.get("params", {}))).text(language)
    if isinstance(value, dict) and "en" in value:
        return value.get(language) or value["en"]
    return value
