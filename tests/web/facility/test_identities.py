"""A desk reviews the identities that the population database does not know: one list, one action each."""

import datetime as dt
import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.web.authority.conftest import LATER, House, as_lead, enter_as, house, plain_static_files, shown, soon_after
from tiemchung.certificates.actions import refresh_passports
from tiemchung.certificates.reads import passport_of
from tiemchung.core.actor import SYSTEM
from tiemchung.core.models import AuditLine
from tiemchung.people.actions import check_identities
from tiemchung.people.models import IdentityCheck
from tiemchung.places import actions as places
from tiemchung.web.shared.passport_page import passport_page

__all__ = ["as_lead", "house", "plain_static_files", "soon_after"]
NOW = builders.NOW


def at(name: str, **parts: Any) -> str:
    return reverse(f"facility:{name}", kwargs=parts or None)


@pytest.fixture(autouse=True)
def whole_site(plain_site: None, settings: Any) -> None:
    """Serve every audience: these pages lead to the authority's."""
    settings.ROOT_URLCONF = "tiemchung.urls"


@pytest.fixture
def contradicted(house: House) -> UUID:
    """Give somebody of this facility whom the register contradicts."""
    person = builders.a_person("Lê Thị Liên", dt.date(1990, 5, 17), by=house.lead).person_id
    check_identities(person_ids=[person], at=NOW)
    IdentityCheck.objects.filter(person_id=person).update(state="MISMATCHED", due_at=None)
    return person


def state(person_id: UUID) -> str:
    return IdentityCheck.objects.get(person_id=person_id).state


def test_the_list_shows_four_fields_and_one_action_and_notes_the_look(
    as_lead: Client, contradicted: UUID, house: House
) -> None:
    text = shown(as_lead.get(at("identities")))
    assert "Lê Thị Liên Sinh 17/05/1990, Nữ, Căn cước / CCCD •••" in text
    assert "Không khớp từ 10:00 20/11/2026 Xem lại" in text
    line = AuditLine.objects.get(action="people.identities")
    assert (line.subject_id, line.actor_id, line.because) == (contradicted, house.lead.id, "identity review")


def test_the_list_is_filtered_by_state_and_by_page(as_lead: Client, house: House) -> None:
    people = [builders.a_person(f"Trần Thị {n}", identifiers=(), by=house.lead).person_id for n in ("An", "Bé")]
    for n, person in enumerate(people):
        check_identities(person_ids=[person], at=NOW + dt.timedelta(seconds=n))
    assert "Tất cả" in shown(as_lead.get(at("identities")))
    assert "2 Chưa gửi được" in shown(as_lead.get(at("identities") + "?state=NOT_SENT"))
    assert "Không có ai ở tình trạng này" in shown(as_lead.get(at("identities") + "?state=DUPLICATE"))
    assert "Trần Thị An" in shown(as_lead.get(at("identities") + "?state=ANYTHING&after=nonsense"))
    after = f"?after={NOW.isoformat().replace('+', '%2B')}_{people[0]}"
    rest = shown(as_lead.get(at("identities") + after))
    assert "Trần Thị An" not in rest
    assert "Trần Thị Bé" in rest
    assert "Chưa có số căn cước hoặc CMND" in rest


def test_nothing_to_do_is_said(as_lead: Client) -> None:
    assert "Không còn danh tính nào cần xem lại" in shown(as_lead.get(at("identities")))


def test_from_wrong_to_confirmed_by_the_police(as_lead: Client, contradicted: UUID) -> None:
    page = as_lead.get(at("identity", person_id=contradicted))
    assert "Hồ sơ đúng: nhờ công an xác minh" in shown(page)
    assert reverse("authority:amend_person", kwargs={"profile_id": contradicted}) in page.content.decode()
    done = as_lead.post(at("identity_review", person_id=contradicted), follow=True)
    assert "Đã chuyển công an xác minh" in shown(done)
    assert state(contradicted) == "LOCAL_REVIEW"
    said = {"officer": "Thượng úy Lê Văn Tâm", "minute_ref": "BB-12", "note": "CSDL sai tên đệm"}
    done = as_lead.post(at("identity_confirm", person_id=contradicted), said, follow=True)
    assert "Thượng úy Lê Văn Tâm, biên bản số BB-12" in shown(done)
    assert state(contradicted) == "POLICE_CONFIRMED"
    assert "Lưu số đúng" not in shown(done)


def test_still_wrong_after_the_police_the_register_is_asked_again_on_the_minute_on_record(
    as_lead: Client, contradicted: UUID
) -> None:
    page = at("identity", person_id=contradicted)
    assert "Hỏi lại cơ sở dữ liệu dân cư" not in shown(as_lead.get(page))
    said = {"officer": "Thượng úy Lê Văn Tâm", "minute_ref": "BB-12", "note": "CSDL sai tên đệm"}
    as_lead.post(at("identity_confirm", person_id=contradicted), said)
    assert "Hỏi lại cơ sở dữ liệu dân cư" not in shown(as_lead.get(page))
    IdentityCheck.objects.filter(person_id=contradicted).update(state="MISMATCHED", due_at=None)
    html = as_lead.get(page).content.decode()
    form = html[html.index("Hỏi lại cơ sở dữ liệu dân cư") :]
    form = form[: form.index("</form>")]
    sent = dict(re.findall(r'name="(officer|minute_ref|note)" value="([^"]*)"', form))
    assert sent == said
    as_lead.post(at("identity_confirm", person_id=contradicted), sent)
    row = IdentityCheck.objects.get(person_id=contradicted)
    assert (row.state, row.minute_ref, row.due_at is not None) == ("POLICE_CONFIRMED", "BB-12", True)


def test_a_mended_register_is_asked_again_from_the_page_and_not_twice_in_an_hour(
    as_lead: Client, contradicted: UUID
) -> None:
    page, go = at("identity", person_id=contradicted), at("identity_ask", person_id=contradicted)
    assert "Gửi đối chiếu lại" in shown(as_lead.get(page))
    answer = as_lead.post(go, {"because": ""})
    assert answer.status_code == 422
    assert 'href="#ask-because"' in answer.content.decode()
    IdentityCheck.objects.update(sent_at=LATER - dt.timedelta(minutes=20))
    said = {"because": "Công an phường gọi lúc 9 giờ"}
    answer = as_lead.post(go, said)
    assert answer.status_code == 422
    assert "Vừa hỏi cơ sở dữ liệu dân cư lúc 09:45 20/11/2026. Gửi lại được từ 10:45 20/11/2026." in shown(answer)
    assert 'value="Công an phường gọi lúc 9 giờ"' in answer.content.decode()
    IdentityCheck.objects.update(sent_at=LATER - dt.timedelta(minutes=60))
    assert "Đã gửi đối chiếu lại: Lê Thị Liên" in shown(as_lead.post(go, said, follow=True))
    assert state(contradicted) == "WAITING"
    assert "Cơ sở dữ liệu dân cư đã được sửa" not in shown(as_lead.get(page))


def test_a_confirmation_without_officer_or_minute_keeps_what_was_typed(as_lead: Client, contradicted: UUID) -> None:
    form = {"officer": "Tâm", "minute_ref": "", "note": "Đã hỏi"}
    answer = as_lead.post(at("identity_confirm", person_id=contradicted), form)
    assert answer.status_code == 422
    text, page = shown(answer), answer.content.decode()
    assert "Ghi họ tên cán bộ công an" in text
    assert "Ghi số biên bản đã ký" in text
    assert 'value="Đã hỏi"' in page
    assert 'href="#confirm-officer"' in page
    assert state(contradicted) == "MISMATCHED"


def test_nobody_found_is_written_down_with_a_reason(as_lead: Client, contradicted: UUID) -> None:
    as_lead.post(at("identity_review", person_id=contradicted))
    assert as_lead.post(at("identity_nobody", person_id=contradicted), {"note": ""}).status_code == 422
    done = as_lead.post(at("identity_nobody", person_id=contradicted), {"note": "Tổ 5 không có"}, follow=True)
    assert "Ghi chú Tổ 5 không có" in shown(done)
    assert state(contradicted) == "NOT_FOUND"


def test_the_right_number_is_saved_and_a_wrong_form_is_refused(as_lead: Client, contradicted: UUID) -> None:
    where = at("identity_number", person_id=contradicted)
    wrong = as_lead.post(where, {"system": "CCCD", "value": "123", "because": "Gõ nhầm"})
    assert wrong.status_code == 422
    assert 'id="number-value"' in wrong.content.decode()
    right = {"system": "CCCD", "value": builders.a_cccd(), "because": "Gõ nhầm số cuối"}
    assert "Đã lưu số mới" in shown(as_lead.post(where, right, follow=True))


def test_a_step_that_is_over_says_so(as_lead: Client, contradicted: UUID) -> None:
    IdentityCheck.objects.update(state="MATCHED")
    answer = as_lead.post(at("identity_review", person_id=contradicted))
    assert answer.status_code == 422
    assert "không còn ở bước đó" in shown(answer)
    assert state(contradicted) == "MATCHED"


def test_the_number_stands_in_full_where_it_is_compared_with_the_paper_and_nowhere_else(
    as_lead: Client, house: House
) -> None:
    number = builders.a_cccd("FEMALE", dt.date(1990, 5, 17))
    who = {"birth_date": dt.date(1990, 5, 17), "identifiers": [("CCCD", number)]}
    person = builders.a_person("Lê Thị Liên", by=house.lead, **who).person_id
    check_identities(person_ids=[person], at=NOW)
    IdentityCheck.objects.filter(person_id=person).update(state="MISMATCHED", due_at=None)
    assert number not in as_lead.get(at("identities")).content.decode()
    assert f"Căn cước / CCCD {number}" in shown(as_lead.get(at("identity", person_id=person)))
    looks = AuditLine.objects.filter(action="people.show_numbers", subject_id=person, actor_id=house.lead.id)
    assert looks.count() == 1
    IdentityCheck.objects.filter(person_id=person).update(state="MATCHED")
    assert number not in as_lead.get(at("identity", person_id=person)).content.decode()
    assert looks.count() == 1


def test_a_double_number_leads_to_the_other_record_or_to_its_desk(as_lead: Client, house: House) -> None:
    number = builders.a_cccd("FEMALE", dt.date(1990, 5, 17))
    who = {"birth_date": dt.date(1990, 5, 17), "identifiers": [("CCCD", number)]}
    person, near = (builders.a_person(name, by=house.lead, **who).person_id for name in ("Lê Thị Liên", "Lê Thị Liễn"))
    there = builders.an_area("00070")
    station = builders.a_facility("Trạm Y tế Hoàn Kiếm", area=there)
    builders.a_person("Lê Thị Xa", by=builders.a_lead(station), area=there, **who)
    check_identities(person_ids=[person, near], at=NOW)
    page = as_lead.get(at("identity", person_id=person))
    text, html = shown(page), page.content.decode()
    assert "Số này cũng có ở hồ sơ khác" in text
    assert f'href="{at("identity", person_id=near)}' in html
    assert reverse("authority:compare", kwargs={"person_id": person, "other_id": near}) in html
    assert "Lê Thị Xa" not in text
    assert "Hỏi Trạm Y tế Hoàn Kiếm" in text


@pytest.mark.parametrize(
    "name", ["identity", "identity_review", "identity_confirm", "identity_nobody", "identity_number", "identity_ask"]
)
def test_a_stranger_and_nobody_are_one_answer(contradicted: UUID, name: str) -> None:
    far = enter_as(builders.a_lead(builders.a_facility(area=builders.an_area("00070"))))
    form = {"officer": "Lê Văn Tâm", "minute_ref": "1", "note": "x", "system": "CCCD", "value": builders.a_cccd(),
            "because": "x"}  # fmt: skip
    for person in (contradicted, UUID(int=5)):
        where = at(name, person_id=person)
        assert (far.get(where) if name == "identity" else far.post(where, form)).status_code == 404
    assert state(contradicted) == "MISMATCHED"


def test_another_facility_sees_nobody_of_ours_in_its_list(contradicted: UUID) -> None:
    other = enter_as(builders.a_lead(builders.a_facility()))
    assert "Lê Thị Liên" not in shown(other.get(at("identities")))


def test_both_languages_are_whole(as_lead: Client, contradicted: UUID) -> None:
    as_lead.cookies["lang"] = "en"
    for before in ("MISMATCHED", "LOCAL_REVIEW", "NOT_FOUND", "DUPLICATE", "NOT_SENT", "POLICE_CONFIRMED", "MATCHED"):
        IdentityCheck.objects.update(state=before, since=LATER)
        assert as_lead.get(at("identity", person_id=contradicted)).status_code == 200


@pytest.fixture
def contradicted_elsewhere(house: House) -> UUID:
    """Give somebody of this facility's, contradicted by the register, whose doses another facility gave."""
    person = builders.a_person("Đỗ Thị Mận", by=house.lead).person_id
    there = builders.a_nurse(builders.a_facility("Trạm Y tế khác"))
    for days in (130, 90):
        builders.a_dose(person, given_on=NOW.date() - dt.timedelta(days=days), by=there)
    refresh_passports(person_ids=[person], at=NOW)
    IdentityCheck.objects.filter(person_id=person).update(state="MISMATCHED", due_at=None)
    refresh_passports(person_ids=[person], at=NOW)
    return person


def test_work_list_review_and_the_citizens_words_name_one_facility(
    as_lead: Client, contradicted_elsewhere: UUID, house: House
) -> None:
    work = reverse("facility:passport_work", args=["IDENTITY_MISMATCHED"])
    assert "Đỗ Thị Mận" in shown(as_lead.get(work))
    assert "Đỗ Thị Mận" in shown(as_lead.get(at("identities")))
    told = passport_page(passport_of(SYSTEM, contradicted_elsewhere, NOW), NOW, "vi").gaps
    assert [line.then[: len(house.facility.name)] for line in told] == [house.facility.name]


def test_after_a_merger_all_three_name_the_successor(contradicted_elsewhere: UUID, house: House) -> None:
    heir = builders.a_facility("Trạm Y tế nối tiếp")
    places.succeed_facility(
        by=SYSTEM, at=NOW, key="merged", facility_id=house.facility.id, successor_id=heir.id, on=NOW.date(),
        because="Sáp nhập trạm theo quyết định",
    )  # fmt: skip
    refresh_passports(person_ids=[contradicted_elsewhere], at=LATER)
    browser = enter_as(builders.a_lead(heir))
    work = reverse("facility:passport_work", args=["IDENTITY_MISMATCHED"])
    for page in (work, at("identities"), at("identities") + "?state=MISMATCHED"):
        assert "Đỗ Thị Mận" in shown(browser.get(page)), page
    assert "1 Không khớp" in shown(browser.get(at("identities")))
    told = passport_page(passport_of(SYSTEM, contradicted_elsewhere, LATER), LATER, "vi").gaps
    assert [line.then[: len(heir.name)] for line in told] == [heir.name]
    assert browser.get(at("identity", person_id=contradicted_elsewhere)).status_code == 200
