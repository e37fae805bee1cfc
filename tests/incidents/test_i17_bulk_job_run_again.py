"""I17: a bulk job of certificates runs twice, and people get two.

Workers deliver at least once. A passport has one certificate in force, whoever works, dies and works again.
"""

from collections.abc import Callable

import pytest

from tests.builders import NOW
from tests.certificates.central_cast import a_ministry_officer, a_ready_person, facility_signs
from tiemchung.certificates import issuing_rows
from tiemchung.certificates.actions import central_batch
from tiemchung.certificates.actions.central_batch import sign_batch
from tiemchung.certificates.actions.central_signing import start_central_run, work_central_batch
from tiemchung.certificates.models import Certificate, CertificateByHash, LogHead

pytestmark = pytest.mark.django_db
LATER = NOW.replace(hour=NOW.hour + 1)


class Killed(BaseException):
    """Stands for kill -9: nothing of ours catches it."""


def _die(*args: object, **kwargs: object) -> None:
    raise Killed


@pytest.mark.parametrize(
    ("room", "name"),
    [
        (central_batch, "_linted"),
        (central_batch, "seal_drafts"),
        (central_batch, "_issue"),
        (central_batch, "unfit"),
        (issuing_rows, "note_news"),
        (issuing_rows, "append_leaves"),
    ],
)
def test_killed_at_any_point_and_run_again_each_person_has_one(
    room: object, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    persons = [a_ready_person() for _ in range(3)]
    run_id = start_central_run(by=a_ministry_officer(), at=NOW)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(room, name, _die)
        work_central_batch(run_id, NOW)
    assert not Certificate.objects.filter(kind="PASSPORT", state="ISSUED").exists()
    intents = set(Certificate.objects.filter(state="INTENT").values_list("uvci", flat=True))
    while work_central_batch(run_id, LATER):
        pass
    while work_central_batch(run_id, LATER):
        pass
    _each_has_one(persons)
    assert set(Certificate.objects.filter(state="ISSUED").values_list("uvci", flat=True)) == intents


def test_two_workers_with_the_same_batch_issue_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    persons = [a_ready_person() for _ in range(2)]
    sealing: Callable[..., object] = central_batch.seal_drafts
    twins = iter([True])

    def the_other_is_quicker(*args: object) -> object:
        if next(twins, False):
            assert sign_batch(at=LATER).issued == 2  # takes the same intents up, for they look left behind
        return sealing(*args)

    monkeypatch.setattr(central_batch, "seal_drafts", the_other_is_quicker)
    assert sign_batch(at=NOW).issued == 0
    _each_has_one(persons)
    assert not Certificate.objects.filter(state="DROPPED").exists()


def test_the_facility_signing_again_makes_no_second_certificate() -> None:
    person = a_ready_person()
    assert sign_batch(at=NOW).issued == 1
    facility_signs(person, at=LATER)
    assert sign_batch(at=LATER).issued == 0
    _each_has_one([person])


def _each_has_one(persons: list[object]) -> None:
    issued = Certificate.objects.filter(kind="PASSPORT", state="ISSUED")
    assert sorted(issued.values_list("person_id", flat=True)) == sorted(persons)  # type: ignore[type-var]
    assert CertificateByHash.objects.count() == LogHead.objects.latest("size").size == len(persons)
