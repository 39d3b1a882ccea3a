"""German and English: which one is spoken, and that nothing is left unsaid in either."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from core.errors import TEXTS, OurError
from core.intake_texts import NOTICES
from core.models import Role
from exam.messages import TEXTS as MESSAGES
from server import i18n
from server.errors import BROKEN
from server.i18n import LOCALE, choose
from tests.server.makers import House

SERVER = LOCALE.parent
TEMPLATES = SERVER / "templates"


def _asked_for() -> set[str]:
    """Every sentence that the code and the templates want translated."""
    with (LOCALE / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {**DEFAULT_KEYWORDS, "marked": None}
    found = extract_from_dir(SERVER, methods, options, keywords)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def _catalog(language: str) -> dict[str, Message]:
    with (LOCALE / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return {message.id if isinstance(message.id, str) else message.id[0]: message for message in read_po(file)}


LANGUAGES = [language for language in i18n.LANGUAGES if language != i18n.DEFAULT]


@pytest.mark.parametrize("language", LANGUAGES)
class TestCatalog:
    def test_holds_exactly_what_is_asked_for(self, language: str) -> None:
        assert set(_catalog(language)) - {""} == _asked_for()

    def test_says_everything(self, language: str) -> None:
        for msgid, message in _catalog(language).items():
            strings = [message.string] if isinstance(message.string, str) else message.string
            assert not msgid or all(strings), msgid
            assert not msgid or not message.fuzzy, msgid

    def test_keeps_the_placeholders(self, language: str) -> None:
        names = re.compile(r"%\((\w+)\)s")
        for msgid, message in _catalog(language).items():
            strings = [message.string] if isinstance(message.string, str) else message.string
            for string in strings:
                assert not msgid or set(names.findall(string)) == set(names.findall(msgid)), msgid


def test_every_error_is_said_in_every_language_with_something_to_do() -> None:
    for code, texts in TEXTS.items():
        for language in i18n.LANGUAGES:
            assert all(texts[language]), code


@pytest.mark.parametrize("texts", [NOTICES, MESSAGES], ids=["notices", "messages"])
def test_every_notice_and_message_is_said_in_every_language(texts: dict[str, dict[str, str]]) -> None:
    assert {code for code, said in texts.items() if not all(said.get(language) for language in i18n.LANGUAGES)} == set()


def _bare_words(template: str) -> list[str]:
    """Words that stand in a template for people to read, outside every translation."""
    text = re.sub(r"{#.*?#}|{{.*?}}|{%.*?%}", " ", template, flags=re.DOTALL)
    attributes = re.findall(r'\b(?:aria-label|title|alt|placeholder|data-[a-z-]+)="([^"]*)"', text)
    words = re.findall(r"[A-Za-zÄÖÜäöüß]{2,}", " ".join([re.sub(r"<[^>]*>", " ", text), *attributes]))
    return [word for word in words if word != "Abgabe"]


@pytest.mark.parametrize("path", list(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_words_of_their_own(path: Path) -> None:
    assert _bare_words(path.read_text("utf-8")) == []


class _Readable(HTMLParser):
    """Collects what a person sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (name in {"aria-label", "title", "alt", "placeholder"} or name.startswith("data-")):
                self.texts.append(value)

    def handle_data(self, data: str) -> None:
        self.texts.append(" ".join(data.split()))


def _english_left(page: str) -> Iterator[str]:
    german = i18n.catalog("de")
    english = [msgid for msgid in _catalog("de") if msgid and german.gettext(msgid) != msgid]
    patterns = {msgid: re.compile(re.sub(r"%\\\(\w+\\\)s", ".+", re.escape(msgid))) for msgid in english}
    readable = _Readable()
    readable.feed(page)
    for text in readable.texts:
        yield from (msgid for msgid, pattern in patterns.items() if pattern.fullmatch(text))


def test_german_pages_are_german(house: House) -> None:
    ada, tim = house.browser("ada", language="de"), house.browser("tim", Role.TUTOR, language="de")
    graded, running, failed, queued = (ada.hand_in() for _ in range(4))
    house.grader(graded).grade()
    house.grader(running).start().plan().record(0, 1)
    for _ in range(3):
        house.grader(failed).start().fail(OurError(BROKEN))
        house.clock.forward(1000)
    house.api("tim")
    paths = ["/", "/exercises/ex1", "/account?changed=1", "/submissions", "/submissions?student=eve", "/nope"]
    paths += [f"/submissions/{one}" for one in (graded, running, failed, queued)]
    pages = [tim.get(path).text for path in paths] + [ada.get(path).text for path in paths]
    pages += [house.visitor("de").get("/login").text, house.visitor("de").log_in("ada", "wrong").text]
    for page in pages:
        assert 'lang="de"' in page
        assert list(_english_left(page)) == []


def test_the_changes_of_a_page_speak_its_language(house: House) -> None:
    ada = house.browser("ada", language="de")
    submission_id = ada.hand_in()
    house.grader(submission_id).grade()
    stream = ada.get(f"/submissions/{submission_id}/live").text
    assert "Bestanden" in stream
    assert list(_english_left(stream)) == []


class TestChoice:
    @pytest.mark.parametrize(
        ("header", "language"),
        [
            ("", "en"),
            ("de", "de"),
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("fr,en;q=0.5,de;q=0.9", "de"),
            ("en;q=0.9, de;q=0.3", "en"),
            ("fr", "en"),
            ("de;q=nonsense", "en"),
            (";;;,,,=", "en"),
        ],
    )
    def test_of_a_browser(self, header: str, language: str) -> None:
        assert choose(accept_language=header) == language

    def test_the_account_goes_before_the_cookie_before_the_browser(self) -> None:
        assert choose("de", "en", accept_language="en") == "de"
        assert choose(None, "de", accept_language="en") == "de"
        assert choose("tlh", None, accept_language="de") == "de"

    def test_the_switch_is_kept_for_the_account(self, house: House) -> None:
        ada = house.browser("ada")
        ada.post("/language", {"language": "de", "next": "/account"})
        assert 'lang="de"' in house.browser("ada").get("/").text

    def test_the_switch_works_before_the_login(self, house: House) -> None:
        visitor = house.visitor()
        visitor.post("/language", {"language": "de", "next": "/login"}, of="/login")
        assert "Anmelden" in visitor.get("/login").text

    def test_an_unknown_language_changes_nothing(self, house: House) -> None:
        visitor = house.visitor()
        visitor.post("/language", {"language": "tlh"}, of="/login")
        assert 'lang="en"' in visitor.get("/login").text


class TestFormats:
    def test_numbers(self) -> None:
        assert [i18n.number(value, "de") for value in (2.5, 3.0, 1234.567)] == ["2,5", "3", "1.234,57"]
        assert [i18n.number(value, "en") for value in (2.5, 3.0, 1234.567)] == ["2.5", "3", "1,234.57"]

    def test_sizes(self) -> None:
        assert [i18n.size(value, "de") for value in (999, 1500, 2_500_000)] == ["999 B", "1,5 kB", "2,5 MB"]

    def test_times_are_those_of_the_courses_clocks(self) -> None:
        summer = dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC)
        assert i18n.moment(summer, "de", "Europe/Berlin") == "02.07.2026, 00:30"
        assert i18n.moment(summer, "en", "Europe/Berlin").startswith("Jul 2, 2026, 12:30")

    def test_texts_fall_back_to_english_and_then_to_anything(self) -> None:
        assert i18n.pick({"en": "one", "de": "eins"}, "de") == "eins"
        assert i18n.pick({"en": "one"}, "de") == "one"
        assert i18n.pick({"fr": "un"}, "de") == "un"
        assert i18n.pick({}, "de") == ""
