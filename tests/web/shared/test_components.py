"""Components escape what they are given, tie words to fields, and miss nothing silently."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from tiemchung.core.verdict import Reason, Severity, Verdict
from tiemchung.web.shared import words
from tiemchung.web.shared.kit import sample_facts

COMPONENTS = Path(words.__file__).parent / "templates" / "components"
NASTY = '<script>alert("x")</script>'

# Each component with hostile words in every place that takes words.
CALLS = {
    "back_link": "ui.back_link('/', t)",
    "banner": "ui.banner(t, title=t)",
    "breadcrumb": "ui.breadcrumb([('/', t)])",
    "button": "ui.button(t, name=t, value=t) ~ ui.button(t, href='/?' ~ t)",
    "callout": "ui.callout(t)",
    "checkboxes": "ui.checkboxes('n', t, [{'value': t, 'text': t, 'hint': t}], hint=t, error=t)",
    "choice": "ui.choice('radios', 'n', 'n', {'value': t, 'text': t, 'hint': t}, false)",
    "choices": "ui.choices('radios', 'n', t, [(t, t)], [], error=t, hint=t)",
    "counts": "ui.counts([{'number': 1, 'label': t, 'href': t}])",
    "date_input": "ui.date_input('n', t, value={'day': t, 'month': t, 'year': t}, error=t, hint=t)",
    "described": "ui.described(t, t, t)",
    "error_message": "ui.error_message(t, t)",
    "error_summary": "ui.error_summary({t: t}, heading=t)",
    "evidence_input": "ui.evidence_input(t, t, hint=t, error=t, most=t, send=t, id=t)",
    "evidence_viewer": "ui.evidence_viewer([{'number': t, 'src': t, 'state': 'CLEAN'}, {'number': t, 'state': t}], t)",
    "file_upload": "ui.file_upload('n', t, error=t, hint=t, accept=t)",
    "hint": "ui.hint(t, t)",
    "history": "ui.history([{'title': t, 'facts': [t]}])",
    "input": "ui.input('n', t, value=t, error=t, hint=t, autocomplete=t, attrs={'data-x': t})",
    "inset": "ui.inset(t)",
    "item_list": "ui.item_list([{'title': t, 'href': t, 'facts': [t], 'tag': t}], t) ~ ui.item_list([], t)",
    "label": "ui.label(t, t)",
    "language_switch": "ui.language_switch(t)",
    "name_doubt": "ui.name_doubt({'words': [t], 'meant': t}, t, error=t)",
    "pagination": "ui.pagination(t, t)",
    "panel": "ui.panel(t, t, t)",
    "radios": "ui.radios('n', t, [(t, t)], value=t, error=t, hint=t)",
    "second_factor": "ui.second_factor({'name': t, 'passkey_at': t}, {'code': t})",
    "select": "ui.select('n', t, [(t, t)], value=t, error=t, hint=t)",
    "sign": "ui.sign(t, t)",
    "summary_list": "ui.summary_list([{'key': t, 'value': t, 'href': t, 'action': t, 'hidden': t}])",
    "table": "ui.table(t, [t], [[t]]) ~ ui.table(t, [t], [], nothing=t)",
    "tag": "ui.tag(t, t)",
    "textarea": "ui.textarea('n', t, value=t, error=t, hint=t, max_length=10)",
    "tile": "ui.tile(t, t)",
    "word_mark": "ui.word_mark(t)",
}
# These take no words from outside, a block of the caller, or words from the word files.
WITHOUT_WORDS = {"captcha", "details", "fieldset", "reasons", "scanner_assets", "state"}


@pytest.fixture(autouse=True)
def own_urls(settings):
    settings.ROOT_URLCONF = "tests.web.shared.kit_urls"


def test_every_component_is_tried_with_hostile_words():
    assert {path.stem for path in COMPONENTS.glob("*.html")} == set(CALLS) | WITHOUT_WORDS


@pytest.mark.parametrize("name", CALLS)
def test_hostile_words_stay_words(draw, name):
    html = draw("{{ " + CALLS[name] + " }}", t=NASTY)
    assert "<script" not in html
    assert 'alert("x")' not in html


def test_a_fact_in_a_sentence_is_escaped_unless_it_is_a_piece_of_page(draw, monkeypatch):
    monkeypatch.setattr(words, "sentence", lambda key, lang=None: "5 < 6, {who}")
    assert draw("{{ say('x', who=t) }}", t=NASTY).startswith("5 &lt; 6, &lt;script&gt;")
    assert draw("{{ say('x', who=t) }}", t=Markup("<b>An</b>")) == "5 &lt; 6, <b>An</b>"


def test_printing_a_name_that_was_not_given_is_an_error_and_asking_for_it_is_not(draw):
    assert draw("{% if nothing %}a{% else %}b{% endif %}") == "b"
    with pytest.raises(UndefinedError):
        draw("{{ nothing }}")
    with pytest.raises(UndefinedError):
        draw("{% for x in nothing %}{% endfor %}")


def test_an_error_is_tied_to_its_field_by_id(draw):
    html = draw("{{ ui.input('full_name', 'Name', error='Wrong', hint='As on paper') }}")
    assert 'aria-describedby="full_name-hint full_name-error"' in html
    assert 'id="full_name-error"' in html
    assert 'id="full_name-hint"' in html


def test_the_error_summary_leads_to_each_field(draw):
    html = draw("{{ ui.error_summary({'full_name': 'Enter a name', 'born-day': 'Enter a day'}) }}")
    assert '<a href="#full_name">Enter a name</a>' in html
    assert '<a href="#born-day">Enter a day</a>' in html


def test_a_date_marks_only_the_part_that_is_wrong(draw):
    typed = {"day": 31, "month": "", "year": 1984}
    html = draw("{{ ui.date_input('born', 'Born', value=typed, error='e', wrong=('month',)) }}", typed=typed)
    fields = {part: html.split(f'id="born-{part}"')[0].rsplit("<input", 1)[1] for part in ("day", "month", "year")}
    assert [part for part, before in fields.items() if "nhsuk-input--error" in before] == ["month"]
    assert 'name="born_day" type="text" inputmode="numeric" value="31"' in html


def test_what_was_chosen_stays_chosen_whatever_its_type(draw):
    assert 'value="2" checked' in draw("{{ ui.radios('n', 'L', [(1, 'a'), (2, 'b')], value='2') }}")
    assert 'value="2" selected' in draw("{{ ui.select('n', 'L', [(1, 'a'), (2, 'b')], value=2) }}")
    assert draw("{{ ui.checkboxes('n', 'L', [(1, 'a'), (2, 'b')], values=(1, '2')) }}").count(" checked") == 2
    assert " checked" not in draw("{{ ui.radios('n', 'L', [('None', 'a')]) }}")


def test_a_state_shows_its_words_and_its_colour(draw, monkeypatch):
    table = {"state.dose.SIGNED.label": "Signed", "state.dose.SIGNED.colour": "teal"}
    monkeypatch.setattr(words, "sentence", lambda key, lang=None: table[key])
    html = draw("{{ ui.state('dose', 'SIGNED') }}").strip()
    assert html == '<strong class="nhsuk-tag nhsuk-tag--teal">Signed</strong>'


def test_reasons_stand_heaviest_first(draw):
    verdict = Verdict((Reason("KIT_OLD_LOT", Severity.WARN), Reason("KIT_TOO_SOON", facts={"days": 12})))
    html = draw("{{ ui.reasons(verdict) }}", verdict=verdict)
    assert html.index("12 days") < html.index("This lot")
    assert draw("{{ ui.reasons(verdict) }}", verdict=Verdict()).strip() == ""


def test_an_empty_list_says_that_there_is_nothing_to_do(draw):
    assert draw("{{ ui.item_list([], 'Nothing to do') }}").strip() == '<p class="tc-nothing">Nothing to do</p>'


@pytest.mark.parametrize("layout", ["citizen", "staff"])
def test_the_kit_page_has_no_inline_style_script_or_handler(env, layout):
    html = env.get_template(f"kit/{layout}.html").render(csrf_input="", **sample_facts())
    for forbidden in (" style=", "<style", " onclick", " onload", "javascript:", "http://", "<script>"):
        assert forbidden not in html.replace("http://www.w3.org", "")


def test_a_page_with_errors_says_so_in_its_title_and_shows_them_first(env):
    html = env.get_template("kit/citizen.html").render(csrf_input="", **sample_facts())
    assert "<title>Lỗi: Bộ giao diện - Tiêm Chủng</title>" in html
    assert html.index("nhsuk-error-summary") < html.index("<h1")
