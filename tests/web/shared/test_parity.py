"""Our lean components draw what the design system's own templates draw."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[3] / "frontend/node_modules/nhsuk-frontend/dist/nhsuk/components"
VOID = {"input", "br", "img", "meta", "link"}
# Our names of fields, and words that the word files hold, are our own.
OURS = {"name", "aria-labelledby"}

QUESTION = "How do you want to be contacted about this?"
CONTACTS = [("email", "Email"), ("phone", "Phone"), ("text", "Text message")]

CASES = [
    ("input", "default", "ui.input('example', 'What is your full name?', heading=true)", {}),
    ("radios", "default", "ui.radios('example', question, contacts, heading=true)", {}),
    ("checkboxes", "default", "ui.checkboxes('example', question, contacts, hint=hint, heading=true)",
     {"hint": "Select all options that are relevant to you"}),
    ("date-input", "default", "ui.date_input('example', 'What is your date of birth?', hint=hint, heading=true)",
     {"hint": "For example, 31 3 1980"}),
    ("select", "default", "ui.select('example', 'Sort by', sorts, heading=true)",
     {"sorts": [("published", "Recently published"), ("updated", "Recently updated"), ("views", "Most views"),
                ("comments", "Most comments")]}),
    ("textarea", "default", "ui.textarea('example', 'Can you provide more detail?', hint=hint, heading=true)",
     {"hint": "Do not include personal information like your name, date of birth or NHS number"}),
    ("file-upload", "default", "ui.file_upload('file-upload', 'Upload a file', heading=true)", {}),
    ("error-summary", "default",
     "ui.error_summary({'example-day': 'Date of birth must be in the past'}, heading='There is a problem')", {}),
    ("button", "default", "ui.button('Save and continue')", {}),
    ("tag", "default", "ui.tag('Active')", {}),
    ("panel", "default", "ui.panel('Booking complete')", {}),
    ("back-link", "default", "ui.back_link('#')", {}),
    ("inset-text", "default",
     "ui.inset('You can report any suspected side effect using the Yellow Card safety scheme')", {}),
    ("notification-banner", "default", "ui.banner('The patient record was updated.', success=false)", {}),
]  # fmt: skip


class Shape(HTMLParser):
    """The elements of a page with their attributes, and its words, without white space and order of attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[object] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        known = {k: " ".join(sorted((v or "").split())) if k == "class" else v for k, v in attrs if k not in OURS}
        self.parts.append((tag, tuple(sorted(known.items(), key=str))))

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.parts.append(f"/{tag}")

    def handle_data(self, data):
        if data.strip():
            self.parts.append(" ".join(data.split()))


def official(component: str, name: str) -> str:
    path = FIXTURES / component / "fixtures.json"
    if not path.exists():
        pytest.skip("nhsuk-frontend is not installed: run `npm ci` in frontend/")
    return next(f["html"] for f in json.loads(path.read_text("utf-8"))["fixtures"] if f["name"] == name)


@pytest.mark.parametrize(("component", "name", "call", "facts"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES])
def test_a_component_has_the_official_shape(draw, component, name, call, facts):
    theirs = official(component, name)
    ours = draw("{{ " + call + " }}", question=QUESTION, contacts=CONTACTS, **facts)
    if component == "file-upload":  # the browser's own field, without the official drop zone
        theirs = theirs.replace(' data-module="nhsuk-file-upload"', "")
    if component == "panel":  # without its body: ours holds a reference number there
        theirs = theirs[: theirs.index('<div class="nhsuk-panel__body"')] + "</div>"
    assert Shape(ours).parts == Shape(theirs).parts


def test_an_error_looks_as_the_design_system_draws_it(draw):
    theirs = Shape(official("input", "with error message, without heading")).parts
    error = [part for part in theirs if isinstance(part, tuple) and "nhsuk-error-message" in str(part)]
    ours = Shape(draw("{{ ui.input('with-error-message', 'L', error='E') }}")).parts
    assert [part for part in ours if isinstance(part, tuple) and "nhsuk-error-message" in str(part)] == error
    groups = [str(parts[0]) for parts in (ours, theirs)]
    assert groups[0] == groups[1]
