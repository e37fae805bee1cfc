"""The demonstration's suspicious doses: found by the product's own look, shown to the authority above, and alarmed."""

import pytest

from tests.builders import NOW
from tests.demo.test_week import TODAY, load, own_home
from tests.following import unsettled_too
from tiemchung.cases import tasks
from tiemchung.cases.models import DoseNotice, GhostFinding
from tiemchung.cases.reads.ghosts import ghosts_under
from tiemchung.core.alarms import alarms
from tiemchung.demo.ghosts import HAUNTED
from tiemchung.doses.reads import Entry
from tiemchung.people.models import Profile

__all__ = ["own_home"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country", "own_home")]
LATE = ("LATE_UNPROVEN", "IDLE_DAY")


@pytest.fixture(autouse=True)
def is_a_demonstration(settings: object) -> None:
    """Look at doses at once, as a demonstration does."""
    settings.DEMO = True  # type: ignore[attr-defined]


def test_the_worker_finds_three_of_two_shapes_and_nothing_else() -> None:
    stage = load(people=60)
    with unsettled_too():
        while tasks.follow_for_ghosts(NOW):
            pass
    tasks.look_at_days(NOW)
    page = ghosts_under(stage.staff["em"], TODAY)
    assert sorted(tuple(code for code, _ in line.signals) for line in page.lines) == sorted(
        [("AFTER_DEATH", "NOBODY_SEEN"), LATE, LATE]
    )
    assert GhostFinding.objects.count() == 3
    (alarm,) = [one for one in alarms() if one.code == "GHOST_DOSES"]
    assert (alarm.subject_id, alarm.facts["found"]) == (stage.sites[HAUNTED].id, 3)


def test_nobody_is_told_of_a_dose_of_their_dead() -> None:
    load()
    with unsettled_too():
        for _ in range(Entry.objects.count() // tasks.NOTICES_A_TURN + 1):
            tasks.tell_of_new_doses(NOW)
    told = DoseNotice.objects.values_list("profile_id", flat=True)
    assert told.exists()
    assert Profile.objects.get(full_name="Phùng Văn Cầu").id not in told


def test_the_haunted_facilitys_own_people_see_nothing_of_it() -> None:
    stage = load()
    with unsettled_too():
        while tasks.follow_for_ghosts(NOW):
            pass
    tasks.look_at_days(NOW)
    assert ghosts_under(stage.nurse(HAUNTED), TODAY).lines == ()
    assert ghosts_under(stage.staff["ngan"], TODAY).lines == ()
