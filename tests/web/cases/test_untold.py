"""A desk sees how far its words came, and does not lose who was not reached."""

import pytest
from django.test import Client

from tests.web.cases.conftest import LATER, Office, address, shown
from tiemchung.cases import actions
from tiemchung.cases.actions.untold import note_untold
from tiemchung.cases.values import OpenedCase
from tiemchung.core.models import OutboxMessage

HOW = "Trạm trưởng đã tới nhà báo lại"


@pytest.fixture
def lost(office: Office) -> OpenedCase:
    """Give a case that was refused by a message that never arrived."""
    case = office.wrong_dose()
    file = actions.claim_case(by=office.lead, at=LATER, ref=case.ref)
    actions.refuse_case(by=office.lead, at=LATER, key="k", ref=case.ref, version=file.version, refusal="BLURRED",
                        answer="Ảnh mờ, xin gửi lại ảnh rõ hơn")  # fmt: skip
    OutboxMessage.objects.filter(contact_key=case.contact_key, kind="case_refused").update(
        state="FAILED", settled_at=LATER
    )
    note_untold(LATER)
    return case


def test_the_history_says_how_far_each_message_came(office: Office, as_lead: Client, lost: OpenedCase) -> None:
    told = shown(as_lead.get(address("file", ref=lost.ref)))
    assert told.index("Tin nhắn đang chờ gửi") < told.index("Tin nhắn không gửi được")
    assert "Người phản ánh chưa nhận được tin" in told


def test_who_was_not_reached_stands_under_a_filter_with_its_count(
    office: Office, as_lead: Client, lost: OpenedCase
) -> None:
    told = shown(as_lead.get(address("queue") + "?show=UNTOLD"))
    assert "Tin nhắn không tới người phản ánh, biết từ" in told
    assert f'{address("file", ref=lost.ref)}"' in as_lead.get(address("queue") + "?show=UNTOLD").content.decode()
    assert "Tin nhắn không tới" not in shown(as_lead.get(address("queue")))


def test_saying_how_they_were_told_takes_the_case_off_the_list(
    office: Office, as_lead: Client, lost: OpenedCase
) -> None:
    where = address("told", ref=lost.ref)
    assert as_lead.get(where).status_code == 200
    short = as_lead.post(where, {"because": "gọi"})
    assert short.status_code == 422
    assert as_lead.post(where, {"because": HOW})["Location"] == address("file", ref=lost.ref)
    assert "Người phản ánh chưa nhận được tin" not in shown(as_lead.get(address("file", ref=lost.ref)))
    assert "Tin nhắn không tới" not in shown(as_lead.get(address("queue") + "?show=UNTOLD"))


def test_a_letter_can_be_printed_for_whom_no_message_reached(
    office: Office, as_lead: Client, lost: OpenedCase
) -> None:
    assert address("letter", ref=lost.ref) in as_lead.get(address("file", ref=lost.ref)).content.decode()
    fine = office.missing_dose(full_name="Trần Văn Hai")
    assert address("letter", ref=fine.ref) not in as_lead.get(address("file", ref=fine.ref)).content.decode()


def test_a_desk_above_reads_and_does_not_say_it(office: Office, as_corrector: Client, lost: OpenedCase) -> None:
    where = address("told", ref=lost.ref)
    assert as_corrector.post(where, {"because": HOW})["Location"] == address("file", ref=lost.ref)
    assert "Người phản ánh chưa nhận được tin" not in shown(as_corrector.get(address("file", ref=lost.ref)))
