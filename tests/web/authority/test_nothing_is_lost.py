"""No code path deletes a dose: not by rights, not by any action, not by any address and any role."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, transaction
from django.test import Client

from tests import builders
from tests.house.test_routes import routes
from tests.web.authority.conftest import LATER, House, amendment, enter_as, hidden
from tiemchung.access import reads as access
from tiemchung.core.actor import Actor, Role
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.doses import actions
from tiemchung.doses.models import Dose, LedgerEntry

LEDGER, DOSES = LedgerEntry._meta.db_table, Dose._meta.db_table


@pytest.fixture
def kept(house: House) -> Iterator[None]:
    """Count the ledger and the doses before and after: the one never shrinks, of the other none goes missing."""
    with allow_cross_shard("a test counts everything"):
        before, doses = LedgerEntry.objects.count(), set(Dose.objects.values_list("id", flat=True))
        entries = set(LedgerEntry.objects.values_list("id", flat=True))
    yield
    with allow_cross_shard("a test counts everything"):
        assert LedgerEntry.objects.count() >= before
        assert doses <= set(Dose.objects.values_list("id", flat=True))
        assert entries <= set(LedgerEntry.objects.values_list("id", flat=True))


@pytest.mark.parametrize("statement", [
    f"DELETE FROM {LEDGER}", f"UPDATE {LEDGER} SET because = 'x'", f"TRUNCATE {LEDGER}", f"DELETE FROM {DOSES}",
    f"TRUNCATE {DOSES}", f"DROP TABLE {LEDGER}", f"ALTER TABLE {LEDGER} DISABLE ROW LEVEL SECURITY",
    "DELETE FROM core_auditline", "UPDATE core_auditline SET because = 'x'",
])  # fmt: skip
def test_the_database_refuses_the_applications_role(house: House, kept: None, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("tiemchung_app",)
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(statement)


def test_the_applications_role_holds_no_right_to_delete_at_all(house: House) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
            " WHERE grantee = 'tiemchung_app' AND table_name = ANY(%s)",
            [[LEDGER, DOSES]],
        )
        rights: dict[str, set[str]] = {}
        for table, right in cursor.fetchall():
            rights.setdefault(table, set()).add(right)
    assert rights == {LEDGER: {"SELECT", "INSERT"}, DOSES: {"SELECT", "INSERT", "UPDATE"}}


def test_every_action_on_doses_only_adds(house: House, kept: None) -> None:
    who: dict[str, Any] = {"by": house.lead, "at": LATER, "profile_id": house.person_id, "dose_id": house.dose.id}
    why = {"because": "Đã đối chiếu sổ tiêm"}
    actions.amend_dose(key="a", version=1, changes={"place_name": "Chỗ khác"}, **who, **why)
    actions.void_dose(key="v", version=2, **who, **why)
    assert LedgerEntry.objects.filter(profile_id=house.person_id).count() == 3
    assert set(actions.__all__) >= {"record_dose", "declare_dose", "amend_dose", "verify_dose", "void_dose"}


class Visitor:
    """A member of staff in one browser, who comes in anew at will: some addresses change or end a sign-in."""

    def __init__(self, actor: Actor) -> None:
        self.actor, self.browser = actor, Client(raise_request_exception=False)
        self._come_in()

    def anew(self) -> Client:
        """Give the browser as it is just after a sign-in."""
        if self.browser.cookies.output(header="") != self._cookies:
            self.browser.cookies.clear()
            self._come_in()
        else:
            written = ["session_data", "expire_date"]
            unique = {"update_conflicts": True, "unique_fields": ["session_key"], "update_fields": written}
            Session.objects.bulk_create([self._session], **unique)
        return self.browser

    def is_known(self) -> bool:
        """Tell whether the sign-in rests on what is still there: else somebody unknown asked the last pages."""
        return self._rests_on == self._ground()

    def _come_in(self) -> None:
        enter_as(self.actor, self.browser)
        self._session = Session.objects.get(session_key=self.browser.session.session_key)
        self._cookies, self._rests_on = self.browser.cookies.output(header=""), self._ground()

    def _ground(self) -> tuple[str, list[UUID]]:
        postings = access.postings_of(self.actor.id, LATER.date())
        return access.staff_account(self.actor.id).auth_hash, [posting.id for posting in postings]


JUNK: list[dict[str, Any]] = [{}, {"step": "do", "choice": "link", "because": "x" * 50, "version": "1"}]


@pytest.mark.parametrize("role", list(Role))
def test_no_address_takes_a_dose_away_whoever_posts_whatever(house: House, kept: None, role: Role) -> None:
    known = {Role.VACCINATOR: house.nurse, Role.FACILITY_LEAD: house.lead, Role.DATA_CORRECTOR: house.corrector}
    area_roles = {Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.PROVINCE_OFFICER}
    actor = known.get(role) or (builders.an_officer(role) if role in area_roles else builders.a_staff_member(role))
    parts = {"person_id": house.person_id, "profile_id": house.person_id, "dose_id": house.dose.id}
    visitor, broken = Visitor(actor), []
    for route in routes():
        for body in (*JUNK, amendment(house, step="do", lot_number="KHAC01")):
            browser = visitor.anew()
            answers = [browser.post(route.address(**parts), body)]
            if not body:  # the other methods carry nothing that could differ
                answers += [browser.put(route.address(**parts)), browser.delete(route.address(**parts))]
            broken += [f"{route.name}: {a.status_code}" for a in answers if a.status_code >= 500]
    assert broken == []
    assert visitor.is_known()


def test_the_counter_of_this_test_would_see_a_missing_dose(house: House) -> None:
    with allow_cross_shard("a test counts everything"):
        doses = set(Dose.objects.values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"DELETE FROM {DOSES} WHERE profile_id = %s", [house.person_id])
    with allow_cross_shard("a test counts everything"):
        assert not doses <= set(Dose.objects.values_list("id", flat=True))


def test_a_whole_valid_way_through_the_pages_only_adds(house: House, kept: None, as_lead: Client) -> None:
    as_lead.post(house.address("amend_dose"), amendment(house, lot_number="KHAC01", step="do"))
    form = {**hidden(as_lead.get(house.address("void_dose"))), "because": "Ghi nhầm người tiêm", "step": "do"}
    assert as_lead.post(house.address("void_dose"), form).status_code == 302
    assert LedgerEntry.objects.filter(profile_id=house.person_id).count() == 3
