"""The template environment of all our pages; settings name it as TEMPLATES' `environment`."""

from typing import Any

from django.middleware.csp import get_nonce
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, Undefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from tiemchung.web.shared import formats, words
from tiemchung.web.shared.language import LANGUAGES, spoken_language
from tiemchung.web.shared.way_back import leading_back


def say_safely(key: str, lang: str | None = None, **facts: Any) -> Markup:
    """Say a sentence as HTML: the sentence and its facts are escaped, a fact that is Markup stays a piece of page."""
    text = Markup(escape(words.sentence(key, lang)))  # noqa: S704 - escaped in the same breath
    try:
        return text.format(**{name: formats.format_fact(fact, lang) for name, fact in facts.items()})
    except (KeyError, IndexError) as missing:
        raise words.MissingWords(f"{key} needs {missing}") from None


def url(name: str, /, **parts: Any) -> str:
    """Give the address of a named page."""
    return reverse(name, kwargs=parts or None)


@pass_context
def csp_nonce(context: Context) -> str:
    """Give this answer's nonce for a script that must stand in the page; empty outside a request."""
    request = context.get("request")
    return str(get_nonce(request) or "") if request is not None else ""


@pass_context
def current_path(context: Context) -> str:
    """Give the path and query of this page, to come back to; `/` outside a request."""
    request = context.get("request")
    return request.get_full_path() if request is not None else "/"


class Absent(Undefined):
    """A name that was not given: a template may ask whether it is there, and never prints it by mistake."""

    __str__ = Undefined._fail_with_undefined_error
    __iter__ = Undefined._fail_with_undefined_error
    __len__ = Undefined._fail_with_undefined_error


class Components:
    """Find macro `ui.x` in templates/components/x.html: a new component is one new file."""

    def __init__(self, env: Environment) -> None:
        self._env = env

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._env.get_template(f"components/{name}.html").module, name)


def environment(**options: Any) -> Environment:
    """Make the environment: all is escaped, no unknown name is printed, `ui` has the components, `say` the words."""
    options.setdefault("undefined", Absent)
    env = Environment(**{**options, "autoescape": True, "trim_blocks": True, "lstrip_blocks": True})  # noqa: S701
    env.filters.update(formats.FILTERS)
    env.globals.update(
        say=say_safely,
        say_reason=words.say_reason,
        state_words=words.state_words,
        has_words=words.has_words,
        lang=spoken_language,
        languages=LANGUAGES,
        url=url,
        static=static,
        csp_nonce=csp_nonce,
        current_path=current_path,
        leading_back=leading_back,
        ui=Components(env),
    )
    return env
