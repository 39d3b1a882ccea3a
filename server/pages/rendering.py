"""Templates in two languages: one Jinja environment each, with that language's sentences, numbers and times."""

from __future__ import annotations

import hashlib
import re
from functools import cache, partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from exam.report import Language
from server import i18n
from server.auth.visitor import Visitor, set_visit, visitor_of
from server.services import services_of

HERE = Path(__file__).parent.parent
STATIC = HERE / "static"


@cache
def environment(language: Language, time_zone: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(i18n.catalog(language), newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(
        pick=partial(i18n.pick, language=language),
        number=partial(i18n.number, language=language),
        size=partial(i18n.size, language=language),
        moment=partial(i18n.moment, language=language, time_zone=time_zone),
        code=code,
    )
    made.globals.update(static=static_url, language=language, languages=i18n.LANGUAGES)
    return made


def code(text: str) -> Markup:
    """A sentence of a suite's author, in which `names` in backticks are code."""
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704, escaped before


@cache
def static_url(path: str) -> str:
    """The address of a static file; it changes with the content, so that browsers may keep it for ever."""
    return f"/static/{path}?v={hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]}"


def text(visitor: Visitor, time_zone: str, template: str, **context: Any) -> str:
    """A piece of a page."""
    return environment(visitor.language, time_zone).get_template(template).render(visitor=visitor, **context)


def page(
    request: Request, template: str, *, status: int = 200, visitor: Visitor | None = None, **context: Any
) -> HTMLResponse:
    """A whole page for whoever sent ``request``."""
    visitor = visitor or visitor_of(request)
    settings = services_of(request).settings
    content = text(visitor, settings.time_zone, template, here=_here(request), status=status, **context)
    response = HTMLResponse(content, status, {"Content-Language": visitor.language, "Vary": "Cookie, Accept-Language"})
    if visitor.fresh_visit:
        set_visit(response, settings, visitor.fresh_visit)
    return response


def _here(request: Request) -> str:
    """Where the language switch and the login lead back to: this page, unless it was the answer to a form."""
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
