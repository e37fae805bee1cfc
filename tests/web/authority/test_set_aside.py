"""Whom the trial refused is corrected where they are seen, or tried again by an officer of the ministry."""

from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests.builders import NOW, a_facility, a_lead, a_nurse, an_area, an_officer
from tests.certificates.central_cast import a_ready_person, centre_signs, certificate_of
from tests.web.authority.conftest import CODE, enter_as, shown
from tiemchung.certificates.actions import central_batch
from tiemchung.certificates.actions.retrying import work_retries
from tiemchung.certificates.models import IssueRetry, Passport
from tiemchung.certificates.rules import PassportState
from tiemchung.core.actor import Actor, Role
from tiemchung.core.models import AuditLine
from tiemchung.places.reads import facility

pytestmark = pytest.mark.usefixtures("country", "db", "one_factor")
WHY = "phép kiểm đã được sửa"
LIST = "/authority/ho-chieu/thu-lai"


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> UUID:
    """Give somebody whom the trial refused; by now the fault is mended."""
    monkeypatch.setattr(central_batch, "lint", lambda draft, *, whole: "LINT_HOLDER")
    person = a_ready_person("Lê Minh Châu", facilities=[a_facility("Trạm Y tế Sài Gòn")])
    centre_signs(at=NOW)
    monkeypatch.setattr(central_batch, "lint", lambda draft, *, whole: "")
    return person


def one(person: UUID) -> str:
    return reverse("authority:retry_passport", args=[person])


def state_of(person: UUID) -> str:
    return Passport.objects.get(person_id=person).state


def test_the_ministry_finds_them_from_the_page_of_signatures_and_tries_one_again(
    centre: Client, officer: Actor, refused: UUID
) -> None:
    signing = centre.get(reverse("authority:central"))
    assert "1 người không lập được chứng nhận" in shown(signing)
    assert f'href="{LIST}"' in signing.content.decode()
    people = centre.get(reverse("authority:passport_people", args=["NOT_ISSUABLE"]))
    assert "Thử cấp lại" in shown(people)
    assert f'href="{one(refused)}' in people.content.decode()
    page = shown(centre.get(one(refused)))
    assert "Lê Minh Châu" in page
    assert "Họ tên hoặc ngày sinh trên bản thử khác" in page
    done = centre.post(one(refused), {"because": WHY, "code": CODE}, follow=True)
    assert "Đã cấp hộ chiếu" in shown(done) + done.content.decode()
    assert "không có gì để thử lại" in shown(done)
    assert certificate_of(refused).hc1.startswith("HC1:")
    line = AuditLine.objects.get(action="retry_passport", subject_id=refused)
    assert (line.actor_id, line.because) == (officer.id, WHY)
    assert AuditLine.objects.filter(subject_id=refused, actor_id=officer.id, facts__look=True).exists()


def test_all_of_one_fault_are_put_back_and_the_order_is_followed(centre: Client, refused: UUID) -> None:
    assert "Họ tên hoặc ngày sinh trên bản thử khác: 1 người" in shown(centre.get(LIST))
    form = {"why": "LINT_HOLDER", "because": WHY, "code": CODE}
    done = centre.post(LIST, form, follow=True)
    assert done.redirect_chain == [(LIST, 302)]
    assert "Đang chuyển sang chờ ký" in shown(done)
    again = centre.post(LIST, form)
    assert (again.status_code, "đang chạy" in shown(again)) == (422, True)
    while work_retries(NOW):
        pass
    assert state_of(refused) == PassportState.FACILITY_SIGNED
    after = shown(centre.get(LIST))
    assert "Không có ai đang bị bỏ lại" in after
    assert "Xong lúc" in after


@pytest.mark.parametrize(
    "missing",
    [{"why": ""}, {"why": "LINT_DOSE"}, {"because": ""}, {"because": "ngắn"}, {"code": ""}, {"code": "000000"}],
)
def test_without_fault_reason_or_factor_nobody_is_tried_again(
    centre: Client, refused: UUID, missing: dict[str, str]
) -> None:
    form = {"why": "LINT_HOLDER", "because": WHY, "code": CODE} | missing
    assert centre.post(LIST, form).status_code == 422
    assert not IssueRetry.objects.exists()
    if "why" not in missing:
        assert centre.post(one(refused), form).status_code == 422
    assert state_of(refused) == PassportState.NOT_ELIGIBLE


def test_who_is_refused_again_is_told_why_and_stays(
    centre: Client, refused: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(central_batch, "lint", lambda draft, *, whole: "LINT_DOSE")
    answer = centre.post(one(refused), {"because": WHY, "code": CODE})
    assert answer.status_code == 422
    assert "Mũi tiêm trên bản thử khác" in shown(answer)
    assert state_of(refused) == PassportState.NOT_ELIGIBLE


def test_an_unknown_code_of_a_fault_is_named_as_it_is(
    centre: Client, refused: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(central_batch, "lint", lambda draft, *, whole: "LINT_NEW_ONE")
    assert "Mã lỗi LINT_NEW_ONE" in shown(centre.post(one(refused), {"because": WHY, "code": CODE}))
    assert "Mã lỗi LINT_NEW_ONE" in shown(centre.get(LIST))


@pytest.mark.parametrize("role", [Role.VACCINATOR, Role.FACILITY_LEAD])
def test_a_facility_is_led_to_where_the_record_is_corrected(refused: UUID, role: Role) -> None:
    unit = Passport.objects.get(person_id=refused).unit_id
    assert unit is not None
    here = facility(unit)
    by = a_lead(here) if role is Role.FACILITY_LEAD else a_nurse(here)
    page = enter_as(by).get(reverse("facility:passport_work", args=["NOT_ISSUABLE"]))
    assert f'href="{reverse("authority:amend_person", args=[refused])}' in page.content.decode()
    assert enter_as(by).get(one(refused)).status_code == 404


def test_an_officer_of_the_area_is_led_there_too_and_one_who_corrects_nothing_nowhere(refused: UUID) -> None:
    amend = reverse("authority:amend_person", args=[refused])
    for role, area, leads in (
        (Role.COMMUNE_OFFICER, an_area(), True),
        (Role.DATA_CORRECTOR, None, True),
        (Role.PROVINCE_OFFICER, None, False),
    ):
        browser = enter_as(an_officer(role, area))
        page = browser.get(reverse("authority:passport_people", args=["NOT_ISSUABLE"]))
        assert "Lê Minh Châu" in shown(page)
        assert (amend in page.content.decode()) is leads
        assert one(refused) not in page.content.decode()
        assert browser.get(LIST).status_code == 404


def test_who_came_from_a_list_goes_back_to_it_after_another_try(centre: Client, refused: UUID) -> None:
    back = reverse("authority:passport_people", args=["NOT_ISSUABLE"])
    led = f"{one(refused)}?{urlencode({'next': back})}"
    assert led.replace("&", "&amp;") in centre.get(back).content.decode()
    page = centre.get(led).content.decode()
    assert f'class="nhsuk-back-link" href="{back}"' in page
    assert f'{reverse("authority:person", args=[refused])}?{urlencode({"next": back})}' in page
    done = centre.post(led, {"because": WHY, "code": CODE})
    assert (done.status_code, done["Location"]) == (302, back)
    assert "Đã cấp hộ chiếu" in centre.get(back).content.decode()


@pytest.mark.parametrize("away", ["https://example.vn/", "//example.vn", "/khong-co-trang"])
def test_nobody_is_sent_to_a_page_that_is_not_ours(centre: Client, refused: UUID, away: str) -> None:
    done = centre.post(f"{one(refused)}?{urlencode({'next': away})}", {"because": WHY, "code": CODE})
    assert done["Location"] == one(refused)
