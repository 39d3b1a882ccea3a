"""What only a web server can refuse: errors of requests, with the HTTP status that says so.

StudentError
├── LoginRequired      401  no session, or its time is up
├── TokenInvalid       401  an API call without a valid token
├── TooSlow            408
├── TooLarge           413
├── RequestInvalid     422  a field is missing or of the wrong kind
└── HttpError          whatever else the framework refuses: 400, 404, 405, …
"""

from __future__ import annotations

from http import HTTPStatus

from core.errors import NotAllowed, StudentError, texts

LOGIN_REQUIRED = texts(
    "login.required",
    en=("Please log in.", "Your session has ended, or you were not logged in yet."),
    de=("Bitte melde dich an.", "Deine Sitzung ist zu Ende, oder du warst noch nicht angemeldet."),
)
NOT_HANDED_IN = texts(
    "login.required_to_hand_in",
    en=("You are not logged in any more; nothing was handed in.", "Log in again, then hand in once more."),
    de=(
        "Du bist nicht mehr angemeldet; es wurde nichts abgegeben.",
        "Bitte melde dich wieder an und gib noch einmal ab.",
    ),
)
TOKEN_INVALID = texts(
    "token.invalid",
    en=("The API token is missing, expired or unknown.", "Send the header “Authorization: Bearer ag_…”."),
    de=("Das API-Token fehlt, ist abgelaufen oder unbekannt.", "Bitte den Header „Authorization: Bearer ag_…“ senden."),
)
STAFF_ONLY = texts(
    "role.staff_only",
    en=("This page is for tutors.", "Go back to your exercises."),
    de=("Diese Seite ist Tutorinnen und Tutoren vorbehalten.", "Bitte zurück zu deinen Aufgaben gehen."),
)
ADMIN_ONLY = texts(
    "role.admin_only",
    en=("This page is for whoever runs the course.", "Go back to your exercises."),
    de=("Diese Seite ist denen vorbehalten, die den Kurs betreiben.", "Bitte zurück zu deinen Aufgaben gehen."),
)
FORGED = texts(
    "form.forged",
    en=("This form was too old, or did not come from our page.", "Load the page again and send the form once more."),
    de=(
        "Dieses Formular war zu alt oder kam nicht von unserer Seite.",
        "Bitte die Seite neu laden und das Formular noch einmal absenden.",
    ),
)
BODY_TOO_LARGE = texts(
    "request.too_large",
    en=("The request is larger than {limit_kib} KiB.", "Send less."),
    de=("Die Anfrage ist größer als {limit_kib} KiB.", "Bitte weniger senden."),
)
BODY_TOO_SLOW = texts(
    "request.too_slow",
    en=("The request did not arrive in time.", "Check your connection and send it again."),
    de=("Die Anfrage kam nicht rechtzeitig an.", "Bitte die Verbindung prüfen und noch einmal senden."),
)
MALFORMED = texts(
    "request.malformed",
    en=(
        "The request could not be read: {reason}.",
        "Send our page's form, or correct the program that sent it.",
    ),
    de=(
        "Die Anfrage war nicht lesbar: {reason}.",
        "Bitte das Formular unserer Seite benutzen oder das sendende Programm berichtigen.",
    ),
)
INVALID = texts(
    "request.invalid",
    en=("The request is not valid: {reason}.", "Correct it and send it again."),
    de=("Die Anfrage ist nicht gültig: {reason}.", "Bitte berichtigen und noch einmal senden."),
)
FIELD_MISNAMED = texts(
    "upload.field_misnamed",
    en=(
        "The files came in the form field “{field}”, which is not read.",
        "Call the field “files”, once for each file: curl -F files=@submission.zip …",
    ),
    de=(
        "Die Dateien kamen im Formularfeld „{field}“, das nicht gelesen wird.",
        "Bitte das Feld „files“ nennen, einmal je Datei: curl -F files=@submission.zip …",
    ),
)
NO_PAGE = texts(
    "page.unknown",
    en=("There is nothing at this address.", "Check the address, or start from your exercises."),
    de=("Unter dieser Adresse gibt es nichts.", "Bitte die Adresse prüfen oder bei deinen Aufgaben beginnen."),
)
OTHER_HTTP = texts(
    "request.refused",
    en=("The request was refused ({phrase}).", "Go back and try another way."),
    de=("Die Anfrage wurde abgelehnt ({phrase}).", "Bitte zurückgehen und einen anderen Weg versuchen."),
)
BROKEN = texts(
    "server.broken",
    en=("Something broke on our side.", "It is not your fault and has been logged. Please try again in a few minutes."),
    de=(
        "Auf unserer Seite ist etwas kaputtgegangen.",
        "Das liegt nicht an dir und ist protokolliert. Bitte in einigen Minuten noch einmal versuchen.",
    ),
)
DISK_FULL = texts(
    "server.disk_full",
    en=(
        "The server's disk is full; nothing was stored.",
        "It is not your fault. Please try again later: whoever runs the server must make room.",
    ),
    de=(
        "Die Platte des Servers ist voll; es wurde nichts gespeichert.",
        "Das liegt nicht an dir. Bitte später noch einmal versuchen: Wer den Server betreibt, muss Platz schaffen.",
    ),
)
UNAVAILABLE = texts(
    "server.unavailable",
    en=("The server cannot reach its database.", "It is not your fault. Please try again in a few minutes."),
    de=(
        "Der Server erreicht seine Datenbank nicht.",
        "Das liegt nicht an dir. Bitte in einigen Minuten noch einmal versuchen.",
    ),
)


class LoginRequired(StudentError):
    """``back_to``: the page to see after the login."""

    http_status = 401

    def __init__(self, text: str = LOGIN_REQUIRED, back_to: str = "/") -> None:
        self.back_to = back_to
        super().__init__(text)


class TokenInvalid(StudentError):
    http_status = 401

    def __init__(self) -> None:
        super().__init__(TOKEN_INVALID)


class StaffOnly(NotAllowed):
    def __init__(self) -> None:
        super().__init__(STAFF_ONLY)


class AdminOnly(NotAllowed):
    def __init__(self) -> None:
        super().__init__(ADMIN_ONLY)


class FormForged(NotAllowed):
    def __init__(self) -> None:
        super().__init__(FORGED)


class TooSlow(StudentError):
    http_status = 408

    def __init__(self) -> None:
        super().__init__(BODY_TOO_SLOW)


class TooLarge(StudentError):
    http_status = 413


class RequestInvalid(StudentError):
    """``fields`` maps a JSON pointer to what is wrong there."""

    http_status = 422

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        super().__init__(INVALID, reason="; ".join(f"{name}: {what}" for name, what in fields.items()))


class HttpError(StudentError):
    """What the framework refused, in our words."""

    def __init__(self, status: int, reason: str) -> None:
        self.http_status = status
        if status == HTTPStatus.NOT_FOUND:
            super().__init__(NO_PAGE)
        elif status == HTTPStatus.BAD_REQUEST:
            super().__init__(MALFORMED, reason=reason.rstrip("."))
        else:
            super().__init__(OTHER_HTTP, phrase=f"{status} {HTTPStatus(status).phrase}")
