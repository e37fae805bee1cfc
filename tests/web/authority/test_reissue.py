"""A revoked passport comes back by one officer of the ministry, with reason and second factor, and by nobody else."""

from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests.builders import NOW, an_officer
from tests.certificates.central_cast import a_passport, certificate_of
from tests.web.authority.conftest import CODE, enter_as, shown
from tiemchung.access import actions as access
from tiemchung.certificates.actions import order_revocation
from tiemchung.certificates.actions.central_batch import Worked
from tiemchung.certificates.models import Certificate, Passport
from tiemchung.certificates.rules import CertificateState, OrderTarget, PassportState
from tiemchung.core.actor import Actor, Role
from tiemchung.core.models import AuditLine

pytestmark = pytest.mark.usefixtures("country", "db", "one_factor")
WHY = "đã xác minh cùng công an phường"


@pytest.fixture
def revoked(officer: Actor) -> UUID:
    """Give somebody whose passport was taken away."""
    person = a_passport("Lê Minh Châu")
    order_revocation(
        target=OrderTarget.CERTIFICATE, person_id=person, certificate_id=certificate_of(person).id, by=officer, at=NOW,
        because="mã bị người khác dùng",
    )  # fmt: skip
    return person


def address(person_id: UUID) -> str:
    return reverse("authority:reissue", args=[person_id])


def in_force(person_id: UUID) -> int:
    return Certificate.objects.filter(person_id=person_id, kind="PASSPORT", state=CertificateState.ISSUED).count()


def test_with_reason_and_factor_a_new_passport_is_issued_and_the_old_code_stays_revoked(
    centre: Client, officer: Actor, revoked: UUID
) -> None:
    page = shown(centre.get(address(revoked)))
    assert "Lê Minh Châu" in page
    assert "Đã thu hồi" in page
    assert "2 trên 2 mũi" in page
    answer = centre.post(address(revoked), {"because": WHY, "code": CODE})
    assert answer["Location"] == address(revoked)
    assert Passport.objects.get(person_id=revoked).state == PassportState.ISSUED
    assert in_force(revoked) == 1
    assert certificate_of(revoked, CertificateState.REVOKED)
    told = shown(centre.get(address(revoked)))
    assert certificate_of(revoked).uvci in told
    assert "không có gì để cấp lại" in told
    line = AuditLine.objects.get(action="reissue_passport", subject_id=revoked)
    assert (line.actor_id, line.because) == (officer.id, WHY)
    assert AuditLine.objects.filter(subject_id=revoked, actor_id=officer.id, facts__look=True).exists()


@pytest.mark.parametrize(("because", "code"), [("", CODE), ("ngắn", CODE), (WHY, ""), (WHY, "000000")])
def test_without_either_nothing_is_issued_and_what_was_typed_stays(
    centre: Client, revoked: UUID, because: str, code: str
) -> None:
    answer = centre.post(address(revoked), {"because": because, "code": code})
    assert answer.status_code == 422
    assert because in shown(answer)
    assert in_force(revoked) == 0
    assert not AuditLine.objects.filter(action="reissue_passport").exists()


def test_a_missing_reason_uses_no_code_up(centre: Client, revoked: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(access, "prove_factor", lambda **facts: asked.append(facts["code"]))
    centre.post(address(revoked), {"because": "", "code": CODE})
    assert asked == []


def test_a_passport_that_was_not_taken_away_is_not_given_again(centre: Client) -> None:
    person = a_passport()
    assert "không có gì để cấp lại" in shown(centre.get(address(person)))
    assert centre.post(address(person), {"because": WHY, "code": CODE}).status_code == 422
    assert Certificate.objects.filter(person_id=person, kind="PASSPORT").count() == 1


@pytest.mark.parametrize(("why", "words"), [("KEY_STORE_GONE", "Không kết nối được kho khóa"), ("", "vừa thay đổi")])
def test_where_it_cannot_be_signed_the_page_says_why(
    centre: Client, revoked: UUID, monkeypatch: pytest.MonkeyPatch, why: str, words: str
) -> None:
    from tiemchung.certificates.actions import central_signing

    monkeypatch.setattr(central_signing, "sign_batch", lambda **_: Worked(refused=1, why=why))
    answer = centre.post(address(revoked), {"because": WHY, "code": CODE})
    assert answer.status_code == 422
    assert words in shown(answer)


@pytest.mark.parametrize("role", [Role.PROVINCE_OFFICER, Role.DATA_CORRECTOR])
def test_nobody_else_finds_the_page(revoked: UUID, role: Role) -> None:
    browser = enter_as(an_officer(role))
    assert browser.get(address(revoked)).status_code == 404
    assert browser.post(address(revoked), {"because": WHY, "code": CODE}).status_code == 404
    assert in_force(revoked) == 0


def test_the_order_and_the_list_of_revoked_passports_lead_there(centre: Client, revoked: UUID) -> None:
    from tiemchung.certificates.models import RevocationOrder

    order = reverse("authority:revocation", args=[RevocationOrder.objects.get().id])
    for page in (order, reverse("authority:passport_people", args=["REVOKED"])):
        assert address(revoked) in centre.get(page).content.decode()
