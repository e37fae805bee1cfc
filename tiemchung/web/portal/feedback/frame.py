"""What every page of the report stands on: the draft behind the browser's cookie, and that no step is skipped."""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tiemchung.cases.actions.drafting import draft_of
from tiemchung.cases.drafts import (
    LIFE,
    STEP_OF,
    Asked,
    Draft,
    DraftState,
    Question,
    first_missing,
    may_open,
    questions_of,
)
from tiemchung.core import clock
from tiemchung.core.verdict import Reason, Refused, Verdict
from tiemchung.web.shared.words import has_words, say, say_reason

COOKIE, PATH = "phan_anh", "/phan-anh"
STEPS = 5
Errors = dict[str, str]
View = Callable[..., HttpResponse]


def token_of(request: HttpRequest) -> str:
    """Give the draft's secret that the browser holds, empty where it holds none."""
    return request.COOKIES.get(COOKIE, "")[:200]


def draft_in(request: HttpRequest) -> Draft | None:
    """Give the draft of this browser, or None."""
    token = token_of(request)
    return draft_of(token, clock.now()) if token else None


def keep_token(response: HttpResponse, token: str) -> HttpResponse:
    """Give the secret to the browser for a week, for these pages only and out of reach of any script."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LIFE / dt.timedelta(seconds=1)),
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def forget_token(response: HttpResponse) -> HttpResponse:
    """Take the secret from the browser."""
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
    return response


def address_of(asked: Asked) -> str:
    """Give the address of a question's page."""
    if asked.dose:
        return reverse(f"portal:feedback_{asked.question.lower()}", kwargs={"number": asked.dose})
    return reverse(f"portal:feedback_{asked.question.lower()}")


def lead_to(asked: Asked, **why: str) -> HttpResponse:
    """Lead to a question's page; `why` says in the address what the page should tell (never anything personal)."""
    return redirect(address_of(asked) + (f"?{urlencode(why)}" if why else ""))


def lead_to_start(why: str) -> HttpResponse:
    """Lead to the report's first page, which says why: `gone` or `dropped`."""
    return redirect(f"{reverse('portal:feedback')}?{urlencode({'why': why})}")


def lead_on(draft: Draft, asked: Asked, *, back_to_check: bool = False) -> HttpResponse:
    """Lead to what comes after this question: the next one, or the check page where all is answered already."""
    missing = first_missing(draft)
    questions = questions_of(draft)
    after = questions[questions.index(asked) + 1] if asked in questions else missing
    if missing.question in {Question.CHECK, Question.CODE}:
        return lead_to(Asked(Question.CHECK) if back_to_check else after)
    return lead_to(after if questions.index(after) < questions.index(missing) else missing)


def asks(question: Question) -> Callable[[View], View]:
    """Open a question's page only to whoever has a draft that has come this far; all others are led to where they are.

    The view gets the draft as its second argument.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **parts: Any) -> HttpResponse:
            draft = draft_in(request)
            if draft is None:
                return lead_to_start("gone")
            if draft.state is DraftState.SENT:
                return redirect("portal:feedback_done")
            asked = Asked(question, parts.get("number", 0))
            if not may_open(draft, asked):
                return lead_to(first_missing(draft), why="first")
            try:
                return view(request, draft, **parts)
            except Refused as refused:
                return _gone_meanwhile(refused)

        return guarded

    return wrap


def _gone_meanwhile(refused: Refused) -> HttpResponse:
    codes = {reason.code for reason in refused.verdict.refusals}
    if codes & {"DRAFT_SENT"}:
        return redirect("portal:feedback_done")
    if codes & {"DRAFT_GONE"}:
        return lead_to_start("gone")
    raise refused


def question_page(
    request: HttpRequest, draft: Draft, asked: Asked, facts: dict[str, Any], errors: Errors | None = None
) -> HttpResponse:
    """Show one question's page with its step, its way back and its errors."""
    questions = questions_of(draft)
    place = questions.index(asked) if asked in questions else len(questions)
    back = address_of(questions[place - 1]) if place else reverse("portal:feedback")
    told = {
        "step": STEP_OF[asked.question],
        "steps": STEPS,
        "back": back,
        "skipped": request.GET.get("why") == "first",
        "errors": errors or {},
        "draft": draft,
        **facts,
    }
    return private_page(request, f"portal/feedback/{asked.question.lower()}.html", told)


def private_page(request: HttpRequest, template: str, facts: dict[str, Any], status: int = 200) -> HttpResponse:
    """Show a page that no cache and no back button of another reader may keep."""
    response = render(request, template, facts, status=status, using="jinja2")
    response.headers["Cache-Control"] = "no-store"
    return response


def reason_words(reason: Reason) -> str:
    """Say to a citizen why something was refused: as this form says it, else as everywhere."""
    for key in (f"report.refused.{reason.code}", f"citizen.refused.{reason.code}"):
        if has_words(key):
            return say(key, **dict(reason.facts))
    return say_reason(reason)


def first_words(verdict: Verdict) -> str:
    """Say the first refusal of a verdict."""
    return reason_words(verdict.refusals[0])
