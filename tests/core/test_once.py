"""A door knocked twice with one key opens once."""

import threading

import pytest
from django.db import connections

from tests.conftest import NOW
from tiemchung.core.models import ActionKey
from tiemchung.core.once import once
from tiemchung.core.verdict import Refused


@pytest.mark.django_db
def test_the_first_answer_is_given_again_and_nothing_is_done_twice() -> None:
    done: list[int] = []

    def act() -> dict[str, int]:
        done.append(1)
        return {"made": len(done)}

    assert [once("k", "make", {"a": 1}, NOW, act) for _ in range(3)] == [{"made": 1}] * 3
    assert done == [1]


@pytest.mark.django_db
def test_one_key_serves_two_different_actions() -> None:
    assert once("k", "make", {}, NOW, lambda: {"n": 1}) != once("k", "mend", {}, NOW, lambda: {"n": 2})


@pytest.mark.django_db
def test_a_key_with_another_question_is_refused() -> None:
    once("k", "make", {"a": 1}, NOW, lambda: {})
    with pytest.raises(Refused, match="KEY_REUSED"):
        once("k", "make", {"a": 2}, NOW, lambda: {})


@pytest.mark.django_db
def test_an_action_that_failed_leaves_its_key_free() -> None:
    def fail() -> dict[str, int]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        once("k", "make", {}, NOW, fail)
    assert once("k", "make", {}, NOW, lambda: {"n": 1}) == {"n": 1}


@pytest.mark.django_db(transaction=True)
def test_of_racing_twins_one_acts_and_all_get_its_answer() -> None:
    start, answers = threading.Barrier(6), []

    def knock(number: int) -> None:
        start.wait()
        try:
            answers.append(once("k", "make", {}, NOW, lambda: _mark(number))["by"])
        finally:
            connections.close_all()

    twins = [threading.Thread(target=knock, args=(n,)) for n in range(6)]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join()
    assert len(answers) == 6
    assert len(set(answers)) == ActionKey.objects.filter(action="make").count() == 1
    assert list(ActionKey.objects.filter(action="mark").values_list("key", flat=True)) == [f"mark-{answers[0]}"]


def _mark(number: int) -> dict[str, int]:
    """Leave a row of one's own behind, which has to vanish with a lost race."""
    once(f"mark-{number}", "mark", {}, NOW, dict)
    return {"by": number}
