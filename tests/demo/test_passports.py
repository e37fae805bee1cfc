"""The demonstration has passports on every step of their way."""

from pathlib import Path

import pytest

from tests.demo.test_week import load, own_home
from tiemchung.certificates.models import Passport, PassportTask, SignRun
from tiemchung.certificates.rules import TO_SIGN, PassportState, RunState

__all__ = ["own_home"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country", "own_home")]
ON_THE_WAY = {PassportState.NOT_ELIGIBLE, PassportState.ELIGIBLE, PassportState.FACILITY_SIGNED, PassportState.ISSUED}


def test_somebody_stands_on_every_step_and_loading_again_moves_nobody(own_home: Path) -> None:
    load()
    found = dict(Passport.objects.values_list("person_id", "state"))
    assert set(found.values()) == ON_THE_WAY
    assert PassportTask.objects.filter(reason=TO_SIGN, done_at=None).exists()
    assert set(SignRun.objects.values_list("state", flat=True)) == {RunState.DONE}
    load()
    assert dict(Passport.objects.values_list("person_id", "state")) == found
