"""A name without its accents is asked about in the partner's app as at every other door, before anything is kept."""

import tomllib
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests import builders
from tests.builders import country  # noqa: F401 - a fixture
from tests.interop.pc_covid.test_proposals import (
    BORN,
    PHONE,
    case_of,
    just_now,  # noqa: F401 - a fixture
    post,
    proposal,
)
from tiemchung.cases.models import Case
from tiemchung.doses.reads import doses_of
from tiemchung.interop.pc_covid.words import QUESTION
from tiemchung.people.reads import holder_of
from tiemchung.people.rules.name_doubts import name_doubt
from tiemchung.web.shared.words import say

PLAIN = "Dao Thi Hoa"


@pytest.fixture
def plain_person(db: None) -> UUID:
    """Give Hoa, whose record itself bears no accents."""
    return builders.a_person(PLAIN, BORN, phones=[(PHONE, "OWN")]).person_id


def test_the_answer_asks_and_keeps_nothing(plain_person: UUID) -> None:
    answer = post(proposal(full_name=PLAIN))
    body = answer.json()
    assert (answer.status_code, answer["Content-Type"], body["code"]) == (
        422, "application/problem+json", "NAME_DOUBT",
    )  # fmt: skip
    (asked,) = body["asked"]
    assert (asked["field"], asked["confirm"], asked["words"]) == ("full_name", "name_confirmed", PLAIN.split())
    assert not Case.objects.exists()
    assert doses_of([plain_person]) == ()


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", [PLAIN, "Đào Thi Hoa", "Ddaof Thij Hoa"])
def test_the_question_is_word_by_word_that_of_our_own_pages(db: None, lang: str, name: str) -> None:
    (asked,) = post(proposal(full_name=name), lang=lang).json()["asked"]
    doubt = name_doubt(name)
    assert doubt is not None
    assert (asked["words"], asked["meant"]) == (list(doubt.words), doubt.meant)
    assert asked["text"] == say("name_doubt.text", lang, name=name, words=", ".join(doubt.words))
    assert asked.get("telex") == (say("name_doubt.telex", lang, name=doubt.meant) if doubt.meant else None)
    assert [asked[part] for part in ("title", "question", "yes")] == [
        say(f"name_doubt.{part}", lang) for part in ("title", "question", "yes")
    ]


@pytest.mark.parametrize(("lang", "place"), [("vi", 0), ("en", 1)])
def test_the_sentences_are_those_of_the_pages_word_file(lang: str, place: int) -> None:
    import tiemchung.web.shared as shared

    file = Path(shared.__file__).parent / "words" / lang / "name_doubt.toml"
    pages = tomllib.loads(file.read_text(encoding="utf-8"))["name_doubt"]
    assert {part: words[place] for part, words in QUESTION.items()} == {part: pages[part] for part in QUESTION}


def test_a_confirmed_name_is_taken_under_the_same_id(plain_person: UUID) -> None:
    assert post(proposal(full_name=PLAIN)).status_code == 422
    first = post(proposal(full_name=PLAIN, name_confirmed=True))
    assert (first.status_code, first.json()["declared"]) == (202, True)
    again = post(proposal(full_name=PLAIN, name_confirmed=True))
    assert again.json() == first.json()
    assert Case.objects.count() == 1


def test_a_name_written_again_is_taken_under_the_same_id(db: None) -> None:
    person = builders.a_person("Đào Thị Hoa", BORN, phones=[(PHONE, "OWN")]).person_id
    assert post(proposal(full_name=PLAIN)).status_code == 422
    answer = post(proposal())
    assert answer.json()["declared"] is True
    assert case_of(answer).person_id == person


def test_confirming_a_name_that_nobody_doubted_makes_no_other_proposal(db: None) -> None:
    builders.a_person("Đào Thị Hoa", BORN, phones=[(PHONE, "OWN")])
    assert post(proposal()).json() == post(proposal(name_confirmed=True)).json()


def test_the_name_that_is_wanted_is_asked_about_on_its_own(db: None) -> None:
    person = builders.a_person("Đào Thị Hoa", BORN, phones=[(PHONE, "OWN")]).person_id
    ask: dict[str, Any] = {"kind": "PERSONAL_DATA", "doses": None, "wanted": {"full_name": "Đào Thi Hòa"}}
    for more in ({}, {"name_confirmed": True}):
        (asked,) = post(proposal(**ask, **more)).json()["asked"]
        assert (asked["field"], asked["confirm"], asked["words"]) == (
            "wanted.full_name", "wanted_name_confirmed", ["Thi"],
        )  # fmt: skip
    assert post(proposal(**ask, wanted_name_confirmed=True)).status_code == 202
    assert holder_of(person).full_name == "Đào Thị Hoa"


def test_both_names_are_asked_about_at_once(db: None) -> None:
    ask = proposal(full_name=PLAIN, kind="PERSONAL_DATA", doses=None, wanted={"full_name": "Dao Hoa"})
    assert [one["field"] for one in post(ask).json()["asked"]] == ["full_name", "wanted.full_name"]
