"""Evidence is added once, counted, shown to nobody else, and forgotten with its draft."""

import datetime as dt
import os
import threading
import time

import pytest
from django.db import connection

from tests.cases.evidence import papers
from tests.cases.evidence.standin import SIGNATURE, clamd
from tiemchung.cases.evidence import actions, reads, tasks
from tiemchung.cases.evidence.store import SLICES
from tiemchung.cases.models import Evidence
from tiemchung.core.ids import new_id
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def attach(visitor, at, case_id):
    def _attach(raw, case_id=case_id):
        return actions.attach_evidence(by=visitor, at=at, case_id=case_id, raw=raw)

    return _attach


def code_of(call) -> str:
    with pytest.raises(Refused) as refusal:
        call()
    return refusal.value.verdict.refusals[0].code


def shade(number: int) -> bytes:
    return papers.photo((40 + number, 40))


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_photo_is_there_after_it_was_added(attach, case_id, at):
    (page,) = attach(papers.photo((300, 200)))
    assert reads.evidence_of(case_id) == (page,)
    assert (page.number, page.state, page.width, page.height) == (1, "CLEAN", 300, 200)
    assert (page.added_at, page.added_by, page.proposals) == (at, "public", None)
    assert reads.open_page(case_id, page.id).startswith(b"\xff\xd8\xff")
    (line,) = AuditLine.objects.filter(subject_id=case_id)
    assert (line.action, line.object_id) == ("cases.attach_evidence", page.id)


def test_the_pages_of_a_file_keep_their_order(attach, case_id):
    attach(shade(0))
    assert [page.number for page in attach(papers.pdf(pages=1)) + attach(shade(1))] == [2, 3]
    assert [page.number for page in reads.evidence_of(case_id)] == [1, 2, 3]


def test_the_same_photo_sent_twice_is_there_once(attach, case_id, folder):
    assert attach(shade(1)) == attach(shade(1))
    assert len(reads.evidence_of(case_id)) == len(files_in(folder)) == 1


def test_an_eleventh_page_is_refused_and_leaves_no_file(attach, case_id, folder):
    for number in range(10):
        attach(shade(number))
    assert code_of(lambda: attach(shade(99))) == "EVIDENCE_FULL"
    assert len(attach(shade(3))) == 1, "what is there already may be sent again"
    assert len(reads.evidence_of(case_id)) == len(files_in(folder)) == 10


def test_what_is_refused_leaves_neither_row_nor_file(attach, case_id, folder):
    assert code_of(lambda: attach(b"<svg/>")) == "EVIDENCE_TYPE"
    assert reads.evidence_of(case_id) == ()
    assert not folder.exists() or files_in(folder) == []


def test_a_page_of_one_case_does_not_open_through_another(attach):
    (page,) = attach(shade(1))
    with pytest.raises(KeyError):
        reads.open_page(new_id(), page.id)


def test_a_page_is_taken_out_of_a_draft_with_its_file(
    attach, visitor, at, case_id, folder, django_capture_on_commit_callbacks
):
    kept, gone = attach(shade(1)) + attach(shade(2))
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            actions.remove_evidence(by=visitor, at=at, case_id=case_id, evidence_id=gone.id, draft=True)
    assert reads.evidence_of(case_id) == (kept,)
    assert [path.name for path in files_in(folder)] == [str(kept.id)]


def test_another_case_s_page_is_not_taken_out(attach, visitor, at, folder, django_capture_on_commit_callbacks):
    (page,) = attach(shade(1))
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_evidence(by=visitor, at=at, case_id=new_id(), evidence_id=page.id, draft=True)
    assert [path.name for path in files_in(folder)] == [str(page.id)]


def test_what_was_sent_stays(attach, visitor, at, case_id):
    (page,) = attach(shade(1))
    call = {"by": visitor, "at": at, "case_id": case_id, "evidence_id": page.id, "draft": False}
    assert code_of(lambda: actions.remove_evidence(**call)) == "EVIDENCE_SENT"
    assert reads.evidence_of(case_id) == (page,)


def test_a_draft_given_up_leaves_nothing(attach, visitor, at, case_id, folder, django_capture_on_commit_callbacks):
    attach(shade(1))
    attach(shade(2))
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.drop_evidence_of(by=visitor, at=at, case_id=case_id) == 2
    assert (reads.evidence_of(case_id), files_in(folder)) == ((), [])


def test_known_malware_is_refused(attach, settings, case_id):
    with clamd() as (settings.CLAMD, _):
        assert code_of(lambda: attach(shade(1) + SIGNATURE)) == "EVIDENCE_INFECTED"
        assert [page.state for page in attach(shade(1))] == ["CLEAN"]


def test_while_the_scanner_is_away_a_page_waits_unseen_and_is_shown_after_its_scan(attach, settings, case_id, at):
    settings.CLAMD = "127.0.0.1:1"
    (page,) = attach(shade(1))
    assert page.state == "PENDING"
    assert tasks.scan_pending(at) == 0
    with pytest.raises(KeyError):
        reads.open_page(case_id, page.id)
    with clamd() as (settings.CLAMD, asked):
        assert tasks.scan_pending(at) == 1
        assert tasks.scan_pending(at) == 0
    assert asked == [reads.open_page(case_id, page.id)]


def test_a_page_that_the_late_scan_knows_is_never_shown(attach, settings, case_id, at):
    settings.CLAMD = "127.0.0.1:1"
    (page,) = attach(shade(1))
    with clamd(answer=b"stream: Straw.Test FOUND\0") as (settings.CLAMD, _):
        assert tasks.scan_pending(at) == 1
    assert [page.state for page in reads.evidence_of(case_id)] == ["INFECTED"]
    with pytest.raises(KeyError):
        reads.open_page(case_id, page.id)


class Reader:
    """Reads the same on each paper, or fails."""

    def __init__(self, text: str | None) -> None:
        self.text, self.asked = text, 0

    def read(self, image: bytes) -> str:
        """Give the text; raise OSError where there is none."""
        self.asked += 1
        if self.text is None:
            raise OSError
        return self.text


def test_a_paper_is_read_once_and_what_it_seems_to_say_is_kept_sealed(attach, case_id, at):
    attach(shade(1))
    reader = Reader("Họ và tên: Trần Thị Bình\nTiêm mũi 1: 12/08/2021 Vero Cell")
    assert [tasks.read_pending(at, reader), tasks.read_pending(at, reader), reader.asked] == [1, 0, 1]
    (page,) = reads.evidence_of(case_id)
    assert page.proposals is not None
    assert (page.proposals.name, page.proposals.given_on) == ("Trần Thị Bình", (dt.date(2021, 8, 12),))
    assert page.read_at == at
    assert "Bình".encode() not in bytes(Evidence.objects.get(case_id=case_id).sealed_reading)


def test_a_paper_that_cannot_be_read_is_not_tried_again_and_proposes_nothing(attach, case_id, at):
    attach(shade(1))
    reader = Reader(None)
    assert [tasks.read_pending(at, reader), tasks.read_pending(at, reader), reader.asked] == [1, 0, 1]
    assert reads.evidence_of(case_id)[0].proposals is None


def test_without_a_reader_on_the_machine_papers_wait_for_one_and_the_page_can_say_so(attach, case_id, at, monkeypatch):
    monkeypatch.setattr(tasks, "reader", lambda: None)
    monkeypatch.setattr(reads, "reader", lambda: None)
    attach(shade(1))
    assert tasks.read_pending(at) == 0
    assert not reads.papers_are_read()
    assert tasks.read_pending(at, Reader("")) == 1


def test_what_waits_for_the_scanner_is_not_read(attach, settings, at):
    settings.CLAMD = "127.0.0.1:1"
    attach(shade(1))
    assert tasks.read_pending(at, Reader("")) == 0


def test_files_without_an_owner_are_swept_and_no_other(attach, folder, at):
    (owned,) = attach(shade(1))
    store = actions.evidence_store()
    orphan, young = new_id(), new_id()
    for lost in (orphan, young):
        store.put(lost, b"x")
    for file in files_in(folder):
        if file.name != str(young):
            os.utime(file, (time.time() - 86_400,) * 2)
    for turn in range(SLICES):
        tasks.sweep_orphans(at + dt.timedelta(seconds=turn * 300))
    assert {path.name for path in files_in(folder)} == {str(owned.id), str(young)}


@pytest.mark.django_db(transaction=True)
def test_of_many_photos_sent_at_once_exactly_ten_are_taken(attach, case_id, folder):
    outcomes = []

    def send(number):
        try:
            attach(shade(number))
            outcomes.append("added")
        except Refused as refusal:
            outcomes.append(refusal.verdict.refusals[0].code)
        finally:
            connection.close()

    senders = [threading.Thread(target=send, args=(number,)) for number in range(14)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(outcomes) == ["EVIDENCE_FULL"] * 4 + ["added"] * 10
    assert [page.number for page in reads.evidence_of(case_id)] == list(range(1, 11))
    assert len(files_in(folder)) == 10
