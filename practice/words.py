"""What practice says around the cases, in English and German."""

from __future__ import annotations

from collections.abc import Mapping

from exam.messages import LANGUAGES, Language

Words = Mapping[Language, str]

WORDS: dict[str, Words] = {
    "usage": {
        "en": "Run the visible cases of this exercise on your code.",
        "de": "Lässt die sichtbaren Fälle dieser Aufgabe auf deinem Code laufen.",
    },
    "folder": {
        "en": "the folder that holds your code, or the zip that you would hand in",
        "de": "der Ordner mit deinem Code oder das Zip, das du abgeben würdest",
    },
    "needs": {
        "en": "Missing here: {names}. Install it with: {python} -m pip install {names}",
        "de": "Hier fehlt: {names}. Installiere es mit: {python} -m pip install {names}",
    },
    "not_installed": {
        "en": "Your code imports “{name}”, which is not installed here. If the exercise allows it, install its package "
        "with {python} -m pip.",
        "de": "Dein Code importiert „{name}“, das hier nicht installiert ist. Wenn die Aufgabe es erlaubt, installiere "
        "dessen Paket mit {python} -m pip.",
    },
    "heading": {"en": "{title}: the visible cases", "de": "{title}: die sichtbaren Fälle"},
    "hint": {"en": "Hint: {text}", "de": "Hinweis: {text}"},
    "why": {"en": "Why it matters: {text}", "de": "Warum es zählt: {text}"},
    "printed": {"en": "Your code printed:", "de": "Dein Code gab aus:"},
    "where": {"en": "It was here when it was stopped:", "de": "Hier war er, als er angehalten wurde:"},
    "advice": {"en": "advice", "de": "Rat"},
    "passed": {"en": "passed", "de": "bestanden"},
    "failed": {"en": "failed", "de": "falsch"},
    "raised": {"en": "raised", "de": "Ausnahme"},
    "timeout": {"en": "too slow", "de": "zu langsam"},
    "memory": {"en": "memory", "de": "Speicher"},
    "crashed": {"en": "crashed", "de": "abgestürzt"},
    "missing": {"en": "missing", "de": "fehlt"},
    "forbidden": {"en": "forbidden", "de": "verboten"},
    "suite_error": {"en": "no verdict", "de": "kein Urteil"},
    "our_error": {"en": "no verdict", "de": "kein Urteil"},
    "points": {
        "en": "Points, as far as the visible cases tell",
        "de": "Punkte, soweit die sichtbaren Fälle es sagen",
    },
    "earns": {
        "en": "would earn its {points} points: {good} of {all} visible counting cases passed.",
        "de": "brächte {points} Punkte: {good} von {all} sichtbaren zählenden Fällen bestanden.",
    },
    "may_earn": {
        "en": "{good} of {all} visible counting cases passed. Its {points} points may depend on further cases, "
        "which only the server has.",
        "de": "{good} von {all} sichtbaren zählenden Fällen bestanden. Die {points} Punkte können von weiteren "
        "Fällen abhängen, die nur der Server hat.",
    },
    "earns_nothing": {
        "en": "would earn 0 of {points} points: {bad} of {all} visible counting cases not passed, and it needs all.",
        "de": "brächte 0 von {points} Punkten: {bad} von {all} sichtbaren zählenden Fällen nicht bestanden, nötig sind "
        "alle.",
    },
    "earns_a_part": {
        "en": "would earn a part of its {points} points: {good} of {all} visible counting cases passed.",
        "de": "brächte einen Teil seiner {points} Punkte: {good} von {all} sichtbaren zählenden Fällen bestanden.",
    },
    "unknown": {
        "en": "{points} points; none of its counting cases has run here.",
        "de": "{points} Punkte; keiner der zählenden Fälle ist hier gelaufen.",
    },
    "no_grade": {
        "en": "This is not a grade: only the server's exam counts, in its own environment and with other random "
        "numbers.",
        "de": "Das ist keine Note: Nur die Prüfung auf dem Server zählt, in dessen Umgebung und mit anderen "
        "Zufallszahlen.",
    },
    "no_case": {
        "en": "No case has run. Names for --case are those of the functions in cases/, such as “forward”.",
        "de": "Kein Fall ist gelaufen. Namen für --case sind die der Funktionen in cases/, etwa „forward“.",
    },
    "broken": {
        "en": "The cases could not be loaded: {text}",
        "de": "Die Fälle ließen sich nicht laden: {text}",
    },
    "stopped": {"en": "Stopped.", "de": "Abgebrochen."},
}


def word(code: str, language: Language, **params: object) -> str:
    """The sentence ``code`` in ``language``."""
    return WORDS[code][language if language in LANGUAGES else "en"].format(**params)
