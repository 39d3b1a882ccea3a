"""Everything that intake says: refusals, and notices about how a hand-in was read; each in German and English."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import texts
from exam.report import Language

_REZIP = "Zip your files again with the system's own tool or dispatch.py."
_NEU_ZIPPEN = "Bitte die Dateien mit dem Werkzeug des Systems oder mit dispatch.py neu packen."

EMPTY = texts(
    "upload.empty",
    en=("The upload contains no files.", "Hand in submission.zip, or your .py files."),
    de=("Die Abgabe enthält keine Dateien.", "Bitte submission.zip oder die .py-Dateien abgeben."),
)
EMPTY_FILE = texts(
    "upload.empty_file",
    en=("{name} is empty (0 bytes).", "Save or zip it again, look at its size, then hand it in."),
    de=("{name} ist leer (0 Byte).", "Bitte neu speichern oder packen, die Größe ansehen und dann abgeben."),
)
NO_SUCH_FILE = texts(
    "upload.no_such_file",
    en=("{name} does not exist.", "Check the path."),
    de=("{name} gibt es nicht.", "Bitte den Pfad prüfen."),
)
TOO_LARGE = texts(
    "upload.too_large",
    en=("The upload is larger than {limit_mib} MiB.", "Hand in only your own .py files, without data or environments."),
    de=(
        "Die Abgabe ist größer als {limit_mib} MiB.",
        "Bitte nur die eigenen .py-Dateien abgeben, ohne Daten und Umgebungen.",
    ),
)
NOT_ZIP = texts(
    "upload.not_zip",
    en=("{name} is neither a zip archive nor a Python file.", "Please upload a zip, or your .py files."),
    de=("{name} ist weder ein Zip-Archiv noch eine Python-Datei.", "Bitte ein Zip oder die .py-Dateien hochladen."),
)
OTHER_ARCHIVE = texts(
    "upload.other_archive",
    en=("{name} is a {kind} archive.", "Please upload a zip."),
    de=("{name} ist ein {kind}-Archiv.", "Bitte ein Zip hochladen."),
)
MIXED = texts(
    "upload.mixed",
    en=("The upload mixes a zip with other files.", "Hand in one zip, or several .py files."),
    de=("Die Abgabe mischt ein Zip mit anderen Dateien.", "Bitte ein Zip oder mehrere .py-Dateien abgeben."),
)
CORRUPT = texts(
    "upload.corrupt",
    en=("The zip is damaged (at: {name}).", _REZIP),
    de=("Das Zip ist beschädigt (bei: {name}).", _NEU_ZIPPEN),
)
ENCRYPTED = texts(
    "upload.encrypted",
    en=("{name} is encrypted.", "Make the zip without a password."),
    de=("{name} ist verschlüsselt.", "Bitte das Zip ohne Passwort erstellen."),
)
METHOD = texts(
    "upload.method",
    en=("{name} is compressed in an unusual way.", _REZIP),
    de=("{name} ist auf ungewöhnliche Weise komprimiert.", _NEU_ZIPPEN),
)
SPECIAL = texts(
    "upload.special",
    en=("{name} is a link or a device, not a file.", "Hand in the file itself."),
    de=("{name} ist eine Verknüpfung oder ein Gerät, keine Datei.", "Bitte die Datei selbst abgeben."),
)
ABSOLUTE = texts(
    "upload.absolute",
    en=("{name} is an absolute path.", _REZIP),
    de=("{name} ist ein absoluter Pfad.", _NEU_ZIPPEN),
)
TRAVERSAL = texts(
    "upload.traversal",
    en=("{name} points outside of the hand-in.", _REZIP),
    de=("{name} zeigt aus der Abgabe hinaus.", _NEU_ZIPPEN),
)
BACKSLASH = texts(
    "upload.backslash",
    en=(
        "The name {name} contains a backslash.",
        "Old Compress-Archive does that: use “Send to > Compressed folder” instead.",
    ),
    de=(
        "Der Name {name} enthält einen Backslash.",
        "Altes Compress-Archive tut das: bitte „Senden an > ZIP-komprimierter Ordner“ nehmen.",
    ),
)
BAD_NAME = texts(
    "upload.name",
    en=("The name {name} is not allowed: {reason}.", "Rename the file and hand in again."),
    de=("Der Name {name} ist nicht erlaubt: {grund}.", "Bitte die Datei umbenennen und neu abgeben."),
)
DUPLICATE = texts(
    "upload.duplicate",
    en=("{first} and {second} are the same name.", "Hand in each file once; names must differ by more than case."),
    de=(
        "{first} und {second} sind derselbe Name.",
        "Bitte jede Datei einmal abgeben; Namen müssen sich in mehr als Groß- und Kleinschreibung unterscheiden.",
    ),
)
COPIES = texts(
    "upload.copies",
    en=("Duplicate names: {wanted} is there in different versions ({first}, {second}).", "Hand in only one of them."),
    de=(
        "Doppelte Namen: {wanted} liegt in verschiedenen Fassungen vor ({first}, {second}).",
        "Bitte nur eine davon abgeben.",
    ),
)
TOO_MANY = texts(
    "upload.too_many",
    en=(
        "The upload contains more than {limit} files.",
        "Zip only src_to_implement, without .git, environments and data.",
    ),
    de=(
        "Die Abgabe enthält mehr als {limit} Dateien.",
        "Bitte nur src_to_implement packen, ohne .git, Umgebungen und Daten.",
    ),
)
FILE_TOO_LARGE = texts(
    "upload.file_too_large",
    en=(
        "{name} is larger than {limit_kib} KiB.",
        "A Python file of this course is never that large; take data out of it.",
    ),
    de=(
        "{name} ist größer als {limit_kib} KiB.",
        "So groß ist keine Python-Datei dieses Kurses; bitte Daten herausnehmen.",
    ),
)
BOMB = texts(
    "upload.bomb",
    en=("The zip unpacks to far more than a hand-in needs ({name}).", "Zip only your own .py files."),
    de=(
        "Das Zip entpackt sich zu weit mehr, als eine Abgabe braucht ({name}).",
        "Bitte nur die eigenen .py-Dateien packen.",
    ),
)
NESTED = texts(
    "upload.nested",
    en=("The zip holds only further archives ({names}).", "Hand in one zip that holds your .py files directly."),
    de=(
        "Das Zip enthält nur weitere Archive ({names}).",
        "Bitte ein Zip abgeben, in dem die .py-Dateien direkt liegen.",
    ),
)
WRONG_EXERCISE = texts(
    "upload.wrong_exercise",
    en=(
        "This looks like exercise {looks_like}, not exercise {wanted} ({names}).",
        "Choose the other exercise, or leave out its files.",
    ),
    de=(
        "Das sieht nach Übung {looks_like} aus, nicht nach Übung {wanted} ({names}).",
        "Bitte die andere Übung wählen oder deren Dateien weglassen.",
    ),
)
NOTHING = texts(
    "upload.nothing",
    en=("None of the files of this exercise is in the upload.", "It asks for: {names}."),
    de=("Keine Datei dieser Übung ist in der Abgabe.", "Verlangt sind: {names}."),
)
NOT_TEXT = texts(
    "upload.not_text",
    en=("{name} is not UTF-8 text (line {line}).", "Save it as UTF-8 in your editor and hand in again."),
    de=("{name} ist kein UTF-8-Text (Zeile {line}).", "Bitte im Editor als UTF-8 speichern und neu abgeben."),
)

NOTICES: dict[str, dict[Language, str]] = {
    "intake.inner_zip": {
        "en": "Read from {name}, which was inside your zip.",
        "de": "Gelesen aus {name}, das in deinem Zip lag.",
    },
    "intake.folder": {
        "en": "Read from the folder {folder}.",
        "de": "Gelesen aus dem Ordner {folder}.",
    },
    "intake.missing": {
        "en": "Not handed in: {names}. Tests that need these files cannot pass.",
        "de": "Nicht abgegeben: {names}. Tests, die diese Dateien brauchen, können nicht bestehen.",
    },
    "intake.case": {
        "en": "{submitted} was taken as {wanted}. Python distinguishes upper and lower case: please rename it.",
        "de": "{submitted} wurde als {wanted} genommen. Groß- und Kleinschreibung zählen: bitte umbenennen.",
    },
    "intake.misplaced": {
        "en": "{submitted} was taken as {wanted}, where it belongs.",
        "de": "{submitted} wurde als {wanted} genommen; dorthin gehört sie.",
    },
    "intake.near_miss": {
        "en": "{wanted} is missing; {submitted} was taken for it. If that is wrong, rename it and hand in again.",
        "de": "{wanted} fehlt; {submitted} wurde dafür genommen. War das falsch: bitte umbenennen und neu abgeben.",
    },
    "intake.near_miss_unclear": {
        "en": "{wanted} is missing; it could be {names}. Rename the right file and hand in again.",
        "de": "{wanted} fehlt; gemeint sein könnte {names}. Bitte die richtige Datei umbenennen und neu abgeben.",
    },
    "intake.copies": {
        "en": "Some files are there several times. Not graded: {names}.",
        "de": "Einige Dateien sind mehrfach vorhanden. Nicht gewertet: {names}.",
    },
    "intake.extra": {
        "en": "Your own additional modules were taken along: {names}.",
        "de": "Deine eigenen zusätzlichen Module wurden übernommen: {names}.",
    },
    "intake.course": {
        "en": "Left out, as the exercise brings its own or needs none: {names}.",
        "de": "Weggelassen, weil die Aufgabe sie selbst mitbringt oder nicht braucht: {names}.",
    },
    "intake.ignored": {
        "en": "Not needed and left out ({count}): {names}.",
        "de": "Nicht gebraucht und weggelassen ({count}): {names}.",
    },
    "intake.syntax": {
        "en": "{file} does not compile, line {line}: {reason}.",
        "de": "{file} lässt sich nicht übersetzen, Zeile {line}: {reason}.",
    },
}
"""code -> language -> sentence, parameters in braces."""


@dataclass(frozen=True)
class Notice:
    """One remark on how a hand-in was read, kept as ``code`` and ``params``; nothing was refused because of it."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: Language = "en") -> str:
        """The remark as a sentence in ``language``."""
        sentences = NOTICES[self.code]
        return (sentences.get(language) or sentences["en"]).format_map(self.params)

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "params": dict(self.params)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Notice:
        """Raises KeyError or TypeError where ``data`` is not a notice."""
        return cls(str(data["code"]), dict(data["params"]))


def _hides(char: str) -> bool:
    return unicodedata.category(char)[0] == "C" or char in "\u2028\u2029"


def shown(name: object, longest: int = 80) -> str:
    """A submitted name as it may be shown: what would garble or reorder a line is replaced, long ones are cut."""
    text = "".join("\N{REPLACEMENT CHARACTER}" if _hides(c) else c for c in str(name)[:400])
    return text if len(text) <= longest else text[: longest - 1] + "…"


def listing(names: Iterable[object], most: int = 8) -> str:
    """Names in their order, cut after ``most``: ``a, b, … (+3)``."""
    every = [shown(name) for name in names]
    more = f", … (+{len(every) - most})" if len(every) > most else ""
    return ", ".join(every[:most]) + more
