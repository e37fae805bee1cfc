"""The demonstration week loads on any day, once, whole or not at all, and every card in it is right."""

import datetime as dt
import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from tests import builders
from tests.builders import NOW
from tests.oracles.course import course
from tiemchung.access.factors import use_totp
from tiemchung.certificates.content import facts_of_all
from tiemchung.core.clock import local, now
from tiemchung.core.distribution import own_models
from tiemchung.demo import crowd
from tiemchung.demo.cast import fill_shared_phones
from tiemchung.demo.day import VISITS
from tiemchung.demo.lots import recall_month
from tiemchung.demo.management.commands import demo, demo_code, demo_signins
from tiemchung.demo.people import CROWDED_PHONE, the_cast
from tiemchung.demo.signins import read_sign_ins, sign_ins_path
from tiemchung.demo.staff import staff_plans
from tiemchung.demo.stage import Stage, moment_of
from tiemchung.demo.week import NotADemonstration, is_loaded, load_week, set_stage
from tiemchung.people.models import ContactPhone, Person, Profile
from tiemchung.places import reads as places
from tiemchung.stock.models import Shelf
from tiemchung.stock.reads import issues_at, issues_under, own_words_under, shelves_at
from tiemchung.vaccines.models import Lot
from tiemchung.vaccines.reads import facts_of as lot_facts
from tiemchung.vaccines.rules import lot_state
from tiemchung.visits.models import Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country", "own_home")]
TODAY = local(NOW).date()


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the sign-ins of a test in a folder of its own."""
    monkeypatch.setattr("tiemchung.demo.signins.home", lambda: tmp_path)
    monkeypatch.setattr(crowd, "PIECE", 5)
    return tmp_path


def load(people: int = 0, at: dt.datetime = NOW) -> Stage:
    """Load a small week; its crowd comes in pieces of five households."""
    return load_week(at=at, people=people, crowded=10, say=lambda _: None)


def everything() -> dict[str, set[str]]:
    """Give every row of every table of ours, as text."""
    return {model.__name__: {repr(row) for row in model._default_manager.values_list()} for model in own_models()}


def test_every_card_of_the_week_follows_the_oracle() -> None:
    load(people=200)
    persons = Person.objects.filter(person_id__in=Person.objects.values("id"))
    roots = [person.id for person in persons if person.person_id == person.id]
    assert len(roots) > 240
    seen = set()
    for person_id in roots:
        record = facts_of_all([person_id], TODAY)[person_id].record
        complete, counted, _, _ = course([(d.facts.product, d.facts.given_on) for d in record.doses if d.counted])
        colour = "GREEN" if complete else "YELLOW" if counted else "NONE"
        assert (record.card.colour, record.card.doses) == (colour, counted), record
        seen.add(colour)
    assert seen == {"NONE", "YELLOW", "GREEN"}


@pytest.mark.parametrize("day", [dt.date(2027, 1, 1), dt.date(2027, 2, 6), dt.date(2028, 2, 29)], ids=str)
def test_the_week_loads_on_any_day(day: dt.date) -> None:
    stage = load(people=10, at=moment_of(day, 15 * 60 + 50))  # ten minutes to midnight
    assert stage.today == day
    assert Visit.objects.filter(on_day=day).count() == VISITS


def test_the_first_minute_of_a_day_is_no_moment_too_early() -> None:
    load(at=moment_of(TODAY, -8 * 60 + 1))
    assert Visit.objects.filter(on_day=TODAY).count() == VISITS


def test_loading_twice_changes_nothing() -> None:
    load(people=20)
    before, kept = everything(), sign_ins_path().read_text("utf-8")
    load(people=20, at=NOW + dt.timedelta(hours=3))
    assert everything() == before
    assert sign_ins_path().read_text("utf-8") == kept


def test_a_load_that_was_killed_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = crowd.put_on_record, []

    def dies(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 30:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(crowd, "put_on_record", dies)
        with pytest.raises(KeyboardInterrupt):
            load(people=40)
    assert Profile.objects.filter(full_name="Nguyễn Thị An").count() == 1
    load(people=40, at=NOW + dt.timedelta(minutes=5))
    names = list(Profile.objects.values_list("full_name", "birth_date", "address_text"))
    assert len(names) == len(set(names))
    assert Visit.objects.count() == VISITS


def test_the_next_day_brings_its_own_visits_and_moves_nothing() -> None:
    load()
    people = Profile.objects.count()
    stage = load(at=NOW + dt.timedelta(days=1))
    assert stage.today == TODAY
    assert Profile.objects.count() == people + VISITS
    assert Visit.objects.filter(on_day=TODAY + dt.timedelta(days=1)).count() == VISITS


def test_a_whole_week_is_known_at_a_glance_until_a_day_a_size_or_the_sign_ins_differ() -> None:
    sizes = {"people": 0, "crowded": 10}
    assert not is_loaded(at=NOW, **sizes)
    load()
    assert is_loaded(at=NOW + dt.timedelta(hours=3), **sizes)
    assert not is_loaded(at=NOW + dt.timedelta(days=1), **sizes)
    assert not is_loaded(at=NOW, people=50, crowded=10)
    sign_ins_path().unlink()
    assert not is_loaded(at=NOW, **sizes)


def test_more_people_may_be_asked_for_later() -> None:
    load(people=5)
    few = Profile.objects.count()
    load(people=40)
    assert Profile.objects.count() >= few + 20


def test_a_database_with_other_doses_stays_without_synthetic_people() -> None:
    builders.a_dose(builders.a_person().profile_id)
    with pytest.raises(NotADemonstration):
        load()
    with pytest.raises(CommandError, match="TIEMCHUNG_HOME"):
        call_command(demo.Command(), people=5, crowded=10)
    assert Profile.objects.count() == 1


def test_every_desk_has_stock_and_one_of_them_every_trouble_of_a_store() -> None:
    stage = load()
    for site in stage.sites.values():
        assert Shelf.objects.filter(facility_id=site.id).count() > 9
    waiting = issues_at(stage.staff["lanh"])
    assert [(one.paper, one.doses) for one in waiting] == [("PXK-0431", 360)]
    told = issues_under(stage.staff["phu"], TODAY)
    assert [one.difference for one in told if one.difference] == [-10]
    assert [one.paper for one in own_words_under(stage.staff["yen"], TODAY)] == ["PXK-0397"]
    states = {lot_state(view.lot, TODAY) for view in shelves_at(stage.staff["lanh"]) if view.count.left > 0}
    assert states == {"USABLE", "EXPIRED", "RECALLED"}


def test_the_next_months_lots_are_delivered_before_its_first_visits() -> None:
    load()
    visits = Visit.objects.filter(dose_id__isnull=False).count()
    later = NOW + dt.timedelta(days=31)
    stage = load(at=later)
    assert Visit.objects.filter(dose_id__isnull=False).count() == 2 * visits
    assert not Visit.objects.filter(lot_unheld=True).exists()
    assert stage.today == TODAY


def test_lots_are_in_date_soon_to_expire_expired_and_recalled() -> None:
    stage = set_stage(at=NOW)
    recall_month(stage.shelf, at=NOW)
    states = {(lot.product, lot_state(lot_facts(lot), TODAY)) for lot in Lot.objects.all()}
    products = {product for product, _ in states}
    assert len(products) == 9
    assert states == {(product, state) for product in products for state in ("USABLE", "EXPIRED", "RECALLED")}
    assert any(TODAY < lot.expires_on < TODAY + dt.timedelta(days=45) for lot in stage.shelf.values())


def test_points_moved_this_week_and_one_has_closed() -> None:
    stage = set_stage(at=NOW)
    ben_nghe = places.points_of(stage.sites["ben_nghe"].id)
    bus = next(point for point in ben_nghe if point.mobile)
    assert [(TODAY - stay.period.start).days for stay in bus.stays] == [6, 2, 0]
    (stadium,) = places.points_of(stage.sites["hang_bac"].id)
    assert stadium.period.end == TODAY - dt.timedelta(days=3)
    station = places.facility(stage.sites["long_truong"].id)
    assert [places.path_of(stay.area_id)[1].name for stay in station.stays] == ["9", "Thủ Đức", "Hồ Chí Minh"]


def test_a_crowded_phone_holds_all_its_people() -> None:
    fill_shared_phones(set_stage(at=NOW), at=NOW, crowded=10)
    shelter = Profile.objects.filter(
        id__in=ContactPhone.objects.filter(relation="FACILITY").values("profile_id")
    ).count()
    assert (shelter, CROWDED_PHONE) == (10, 400)


def test_sign_ins_are_made_here_for_their_owner_alone_and_open_the_accounts() -> None:
    set_stage(at=NOW)
    assert stat.S_IMODE(sign_ins_path().stat().st_mode) == 0o600
    for plan in staff_plans():
        one = read_sign_ins()[plan.username]
        account = get_user_model().objects.get(username=plan.username)
        assert account.check_password(one.password)
        assert use_totp(account.pk, one.code(), now())
        assert one.password not in repr(one)


def test_lost_sign_ins_are_made_anew_and_count() -> None:
    set_stage(at=NOW)
    first = read_sign_ins()["dung"]
    sign_ins_path().unlink()
    set_stage(at=NOW)
    second = read_sign_ins()["dung"]
    account = get_user_model().objects.get(username="dung")
    assert second.password != first.password
    assert account.check_password(second.password)
    assert not account.check_password(first.password)


def test_the_commands_print_how_to_get_in() -> None:
    out = StringIO()
    call_command(demo_signins.Command(), stdout=out)
    assert "manage.py demo" in out.getvalue()
    call_command(demo.Command(), people=0, crowded=10, stdout=out)
    call_command(demo_signins.Command(), stdout=out)
    shown = out.getvalue()
    for plan in staff_plans():
        assert read_sign_ins()[plan.username].password in shown
    an = the_cast()["an"]
    assert f"0900000001  {an.full_name}, 05/03/1991" in shown
    code = StringIO()
    call_command(demo_code.Command(), "dung", stdout=code)
    assert code.getvalue().strip().isdigit()
    with pytest.raises(CommandError, match="dung"):
        call_command(demo_code.Command(), "nobody")
