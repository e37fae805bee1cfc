"""The demonstration has passports on every step of their way, and codes that came to every end."""

from pathlib import Path

import pytest

from tests.builders import NOW
from tests.demo.test_week import load, own_home
from tiemchung.certificates.actions import central_key
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.models import Certificate, Passport, PassportTask, SigningKey, SignRun
from tiemchung.certificates.reads.states import NumberState, state_of_number
from tiemchung.certificates.rules import TO_SIGN, CertificateState, KeyPurpose, PassportState, RunState
from tiemchung.core.actor import SYSTEM
from tiemchung.core.models import OutboxMessage
from tiemchung.people.models import Profile

__all__ = ["own_home"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country", "own_home")]
VALID, EXPIRED, REVOKED = NumberState.VALID, NumberState.EXPIRED, NumberState.REVOKED
# Of each, where the passport stands, and what is said of every code that its holder was ever given, in their order.
STORIES = {
    "Đinh Thị Xuân": (PassportState.EXPIRING, [VALID]),
    "Mai Văn Vinh": (PassportState.ISSUED, [VALID, VALID]),
    "Trịnh Thị Diệp": (PassportState.ISSUED, [EXPIRED, VALID]),
    "Cao Minh Khôi": (PassportState.REVOKED, [REVOKED]),
}


def test_somebody_stands_on_every_step_and_loading_again_moves_nobody(own_home: Path) -> None:
    load()
    found = dict(Passport.objects.values_list("person_id", "state"))
    assert set(found.values()) == set(PassportState)
    assert PassportTask.objects.filter(reason=TO_SIGN, done_at=None).exists()
    assert set(SignRun.objects.values_list("state", flat=True)) == {RunState.DONE, RunState.PAUSED}
    load()
    assert dict(Passport.objects.values_list("person_id", "state")) == found


def test_codes_of_a_year_have_come_to_every_end() -> None:
    load()
    for name, story in STORIES.items():
        person_id = Profile.objects.get(full_name=name).id
        mine = Certificate.objects.filter(person_id=person_id).order_by("issued_at")
        said = [state_of_number(hash_of_number(one.uvci), NOW) for one in mine]
        assert (Passport.objects.get(person_id=person_id).state, said) == story, name


def test_no_code_was_signed_before_its_key_or_outlives_it() -> None:
    newest = central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=NOW)  # as an installation has it before the week is loaded
    load()
    keys = {bytes(key.kid): key for key in SigningKey.objects.filter(purpose=KeyPurpose.PASSPORT)}
    for one in Certificate.objects.exclude(state=CertificateState.INTENT):
        key = keys[bytes(one.kid)]
        assert key.valid_from <= one.issued_at < one.expires_at <= key.valid_to
    assert len(keys) == 3
    assert central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=NOW) == newest


def test_xuan_was_told_yesterday() -> None:
    load()
    told = OutboxMessage.objects.filter(kind="passport_ending", expires_at__gt=NOW)
    assert told.count() == 1
