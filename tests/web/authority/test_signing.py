"""The centre's pages: a run allowed with a second factor, revocation by one and by two, the watch."""

import datetime as dt
import re

import pytest
from django.test import Client

from tests.builders import NOW, a_facility, a_lead, a_staff_member
from tests.certificates.central_cast import (
    a_ministry_officer,
    a_passport,
    a_ready_person,
    certificate_of,
)
from tests.web.authority.conftest import CODE, LATER, enter_as, shown
from tiemchung.certificates import facility_trust
from tiemchung.certificates.actions import central_batch, order_revocation, refresh_card, work_central_batch
from tiemchung.certificates.actions.renewing import note_endings
from tiemchung.certificates.actions.watching import compare_sample, watch_batch
from tiemchung.certificates.models import Card, Certificate, FacilityKey, LogHead, RevocationOrder, SigningKey, SignRun
from tiemchung.certificates.ports import WrongPin
from tiemchung.certificates.reads import runs
from tiemchung.certificates.rules import KeyPurpose, OrderTarget
from tiemchung.core.actor import Actor, Role
from tiemchung.core.alarms import raise_alarm
from tiemchung.core.kept import forget_all

pytestmark = pytest.mark.usefixtures("country", "db", "one_factor")
HERE = "/authority/ho-chieu"


def test_an_officer_sees_what_is_ready_and_allows_it_with_a_second_factor(centre: Client, officer: Actor) -> None:
    a_ready_person()
    page = centre.get(f"{HERE}/ky")
    assert "1 người đã đủ chữ ký" in shown(page)
    answer = centre.post(f"{HERE}/ky", {"code": CODE})
    run = SignRun.objects.get()
    assert answer.headers["Location"] == f"{HERE}/ky/{run.id}"
    assert (run.allowed_by, run.total) == (officer.id, 1)
    assert "0 chứng nhận đã cấp" in shown(centre.get(answer.headers["Location"]))
    work_central_batch(run.id, LATER)
    assert "1 chứng nhận đã cấp" in shown(centre.get(answer.headers["Location"]))


@pytest.mark.parametrize(("code", "words"), [("", "Nhập"), ("000000", "không đúng")])
def test_without_the_right_code_nothing_is_allowed(centre: Client, code: str, words: str) -> None:
    a_ready_person()
    page = centre.post(f"{HERE}/ky", {"code": code})
    assert page.status_code == 422
    assert words in shown(page)
    assert not SignRun.objects.exists()


def test_a_run_is_paused_goes_on_and_ends(centre: Client) -> None:
    a_ready_person()
    address = centre.post(f"{HERE}/ky", {"code": CODE}).headers["Location"]
    for step, state in (("tam-dung", "PAUSED"), ("tiep-tuc", "RUNNING"), ("dung", "STOPPED")):
        centre.post(f"{address}/{step}")
        assert SignRun.objects.get().state == state
    assert "Có người đã dừng" in shown(centre.get(address))
    assert "đã đổi trạng thái" in centre.post(f"{address}/tiep-tuc", follow=True).content.decode()
    assert SignRun.objects.get().state == "STOPPED"
    assert centre.post(f"{address}/khac").status_code == 404


def test_what_a_run_passed_over_is_counted_in_certificates_and_not_in_doses(centre: Client) -> None:
    a_ready_person()
    page = centre.post(f"{HERE}/ky", {"code": CODE}, follow=True)
    SignRun.objects.update(refused=2)
    for address in (page.redirect_chain[-1][0], f"{HERE}/ky"):
        told = shown(centre.get(address))
        assert "2 chứng nhận chưa cấp" in told
        assert "2 mũi" not in told


def test_what_an_earlier_attempt_left_behind_is_said_to_go_on_by_itself(
    centre: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After "Ký tiếp", a kill or a lost worker the page said "Đang ký, 0 đã cấp" for a minute and no more."""

    def gone(*_: object) -> None:
        raise WrongPin

    for _ in range(3):
        a_ready_person()
    address = centre.post(f"{HERE}/ky", {"code": CODE}).headers["Location"]
    assert "Đang làm" not in shown(centre.get(address))
    monkeypatch.setattr(central_batch, "signer_of", gone)
    work_central_batch(SignRun.objects.get().id, LATER)
    monkeypatch.undo()
    assert "Đang làm" not in shown(centre.get(address))  # paused: its reason stands there
    centre.post(f"{address}/tiep-tuc")
    page = shown(centre.get(address))
    assert "0 chứng nhận đã cấp" in page
    assert "Đang làm 3 chứng nhận" in page
    assert "tự làm tiếp trong khoảng một phút" in page
    work_central_batch(SignRun.objects.get().id, LATER + dt.timedelta(seconds=61))
    page = shown(centre.get(address))
    assert "3 chứng nhận đã cấp" in page
    assert "Đang làm" not in page


def test_a_renewal_names_nobody_who_allowed_it_and_counts_whom_it_would_renew(centre: Client) -> None:
    """A paused one said "Cho phép: system" and "0 người còn chờ" while somebody's passport ended."""
    person = a_passport()
    Certificate.objects.filter(person_id=person, kind="PASSPORT").update(expires_at=LATER + dt.timedelta(days=3))
    a_ready_person()
    a_ready_person()
    note_endings(at=LATER)
    run = SignRun.objects.get(allowed_by=None)
    address = f"{HERE}/ky/{run.id}"
    centre.post(f"{address}/tam-dung")
    page = shown(centre.get(address))
    assert "Hệ thống tự gia hạn" in page
    assert "1 người còn chờ" in page
    assert "system" not in page
    english = Client(headers={"accept-language": "en"})
    assert "system," not in shown(enter_as(a_ministry_officer(), english).get(address))


def test_a_certificate_is_found_by_its_number_and_taken_back(centre: Client) -> None:
    person = a_passport()
    made = certificate_of(person)
    for typed in (f" {made.uvci.lower()} ", made.uvci.replace(":", ": "), made.uvci.removeprefix("URN:UVCI:")):
        page = shown(centre.post(f"{HERE}/thu-hoi/chung-nhan", {"number": typed}))
        assert "Hộ chiếu vắc xin" in page
        assert made.uvci in page
    form = {"number": made.uvci, "step": "revoke", "then": "none", "because": "ngắn"}
    assert centre.post(f"{HERE}/thu-hoi/chung-nhan", form).status_code == 422
    answer = centre.post(f"{HERE}/thu-hoi/chung-nhan", form | {"because": "khai gian mũi tiêm, biên bản số 12"})
    order = RevocationOrder.objects.get()
    assert answer.headers["Location"] == f"{HERE}/thu-hoi/{order.id}"
    assert Certificate.objects.get(id=made.id).state == "REVOKED"
    assert "biên bản số 12" in shown(centre.get(answer.headers["Location"]))


def test_a_slip_in_a_certificates_number_is_called_one(centre: Client) -> None:
    body, letter = certificate_of(a_passport()).uvci.split("#")
    slip = f"{body[:-1]}{'A' if body[-1] != 'A' else 'B'}#{letter}"
    answer = centre.post(f"{HERE}/thu-hoi/chung-nhan", {"number": slip})
    assert answer.status_code == 422
    assert "gõ sai" in shown(answer)


def test_an_unknown_number_and_one_elsewhere_look_the_same() -> None:
    made = certificate_of(a_passport())
    from tests.certificates.test_revocation import _hanoi

    elsewhere = enter_as(a_staff_member(Role.PROVINCE_OFFICER, area=_hanoi()))
    unknown, foreign = (
        elsewhere.post(f"{HERE}/thu-hoi/chung-nhan", {"number": number}) for number in ("URN:UVCI:01:VN:NO", made.uvci)
    )
    assert unknown.status_code == foreign.status_code == 422
    assert "Không có chứng nhận" in shown(foreign)


def test_who_asked_for_the_end_of_a_central_key_does_not_decide_it(centre: Client) -> None:
    a_passport()
    key = SigningKey.objects.get(purpose=KeyPurpose.PASSPORT)
    address = f"{HERE}/thu-hoi/khoa/{bytes(key.kid).hex()}"
    day = {"since_day": "1", "since_month": "11", "since_year": "2026"}
    assert centre.post(address, {"because": "máy chủ ký bị xâm nhập"}).status_code == 422
    asked = centre.post(address, day | {"because": "máy chủ ký bị xâm nhập"}).headers["Location"]
    assert RevocationOrder.objects.get().since == dt.datetime(2026, 10, 31, 17, tzinfo=dt.UTC)
    assert "người khác phải quyết định" in shown(centre.get(asked))
    centre.post(asked, {"answer": "agree", "code": CODE})
    assert SigningKey.objects.get(id=key.id).compromised_since is None


def test_a_facilitys_key_asked_for_by_its_lead_is_decided_at_the_ministry(centre: Client) -> None:
    facility = a_facility("Trạm Y tế Sài Gòn")
    a_passport(facilities=[facility])
    key = FacilityKey.objects.get(facility_id=facility.id)
    order = order_revocation(
        target=OrderTarget.FACILITY_KEY, kid=bytes(key.kid), since=NOW, by=a_lead(facility), at=NOW,
        because="mất thiết bị ký ở trạm",
    )  # fmt: skip
    assert "Chờ người thứ hai" in shown(centre.get(f"{HERE}/thu-hoi"))
    page = centre.get(f"{HERE}/thu-hoi/{order}")
    assert "Trạm Y tế Sài Gòn" in shown(page)
    centre.post(
        f"{HERE}/thu-hoi/{order}", {"answer": "refuse", "code": CODE, "because": "trạm đã tìm lại được thiết bị"}
    )
    assert FacilityKey.objects.get(id=key.id).revoked_at is None
    assert "Đã từ chối" in shown(centre.get(f"{HERE}/thu-hoi/{order}"))


def test_the_watch_shows_last_night_and_what_was_wrong(centre: Client) -> None:
    person = a_passport()
    Certificate.objects.filter(person_id=person).update(log_position=None)
    while watch_batch(at=NOW):
        pass
    page = shown(centre.get(f"{HERE}/giam-sat"))
    assert "không có trong sổ cấp phát: 1" in page
    assert "Một chứng nhận đã cấp không còn đúng" in page
    alarms_page = centre.get("/authority/canh-bao")
    for told in (page, shown(alarms_page)):
        assert f"chứng nhận {certificate_of(person).uvci}" in told
    assert f'href="/authority/nguoi/{person}"' in alarms_page.content.decode()
    assert "Chưa có ngày nào được so." in page


def test_a_lost_root_of_the_facilities_is_not_called_a_lost_key_of_the_centre(
    centre: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_ready_person()
    address = centre.post(f"{HERE}/ky", {"code": CODE}).headers["Location"]
    with monkeypatch.context() as patch:
        patch.setattr(facility_trust, "pinned_roots", lambda kind: ())
        forget_all()
        work_central_batch(SignRun.objects.get().id, LATER)
    forget_all()
    told = shown(centre.get(address))
    assert "facility-….der" in told
    assert "take-authority --kind FACILITY" in told
    assert "khóa của trung ương" not in told


def test_a_night_counts_what_it_names_of_certificates_and_of_the_log(centre: Client) -> None:
    person = a_passport()
    Certificate.objects.filter(person_id=person).update(hc1="HC1:NOTHING", log_position=10_000)
    LogHead.objects.update(root=bytes(32))
    while watch_batch(at=NOW):
        pass
    (night,) = runs.watch_nights()
    assert (night.wrong, sum(night.reasons.values())) == (1, len(night.reasons))
    assert len(night.reasons) > 1
    page = shown(centre.get(f"{HERE}/giam-sat"))
    cells = re.search(rf"(\d+) (\d+) (?:[^0-9]+: 1;? ?){{{len(night.reasons)}}}", page)
    assert cells is not None
    assert int(cells[2]) == len(night.reasons)
    assert "dòng 10000 của sổ cấp phát" in page


def test_a_difference_between_readers_is_named_in_words(centre: Client) -> None:
    person = a_passport()
    raise_alarm("DRIFT", at=NOW, subject_id=person, codes="CARD_COLOUR, PASSPORT_ONLINE")
    for page in ("/authority/canh-bao", f"{HERE}/giam-sat"):
        told = shown(centre.get(page))
        assert "màu thẻ khác sổ tiêm" in told
        assert "tra cứu hộ chiếu trên mạng khác" in told
        assert "CARD_COLOUR" not in told


def test_the_watch_shows_each_days_comparison_and_a_broken_log(centre: Client) -> None:
    person = a_passport()
    refresh_card(person_id=person, at=NOW)
    Card.objects.filter(person_id=person).update(colour="none")
    compare_sample(at=NOW + dt.timedelta(hours=1))
    LogHead.objects.update(root=bytes(32))
    while watch_batch(at=NOW):
        pass
    page = shown(centre.get(f"{HERE}/giam-sat"))
    for told in ("20/11/2026", "màu thẻ khác sổ tiêm: 1", "Sổ cấp phát không còn khớp", "đầu sổ cấp phát không khớp"):
        assert told in page
