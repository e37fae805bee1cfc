"""Each thing in the way of a passport is named once, with the dose and the facility that can mend it."""

import datetime as dt
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from tiemchung.certificates.rules import (
    PASSPORT_TRANSITIONS,
    Gap,
    Identity,
    Lack,
    Live,
    PassportState,
    PassportStep,
    standing,
)
from tiemchung.certificates.rules.eligibility import doubts, gaps_of, passport_dose
from tiemchung.doses.reads import given
from tiemchung.doses.rules import DoseSource, DoseState
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.people.rules.identity import IdentityWhy
from tiemchung.people.rules.kinds import IdentityState
from tiemchung.vaccines.rules import Course, course_of

TODAY = dt.date(2026, 11, 20)
MOMENT = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
BORN = dt.date(1985, 3, 5)
HERE, THERE = uuid4(), uuid4()
KNOWN = Identity("Nguyễn Thị An", "DAY", "FEMALE", "VN", IdentityState.MATCHED)


def a_view(
    days_ago: int, product: str = "PFIZER", facility: UUID | None = HERE, state: DoseState = DoseState.CONFIRMED
) -> DoseView:
    facts = DoseFacts(product, TODAY - dt.timedelta(days=days_ago), facility_id=facility)
    return DoseView(uuid4(), uuid4(), state, DoseSource.DESK, facts, MOMENT, MOMENT, 1)


def judged(*doses: DoseView) -> tuple[Course, list[DoseView]]:
    return course_of(given(doses), birth_date=BORN, on=TODAY), list(doses)


def codes(*doses: DoseView, who: Identity = KNOWN) -> list[Lack]:
    return [gap.code for gap in gaps_of(*judged(*doses), who)]


def test_a_full_course_of_a_known_person_lacks_nothing() -> None:
    assert codes(a_view(90), a_view(50)) == []
    assert codes(a_view(90, "JANSSEN")) == []


def test_nobody_without_doses_is_sent_to_a_facility() -> None:
    assert gaps_of(*judged(), KNOWN) == (Gap(Lack.NO_DOSE),)


def test_a_series_is_completed_where_the_last_dose_was_given() -> None:
    assert gaps_of(*judged(a_view(90, facility=THERE)), KNOWN) == (Gap(Lack.SERIES_INCOMPLETE, facility_id=THERE),)


def test_an_identity_is_settled_where_it_is_reviewed_and_doses_where_they_were_given() -> None:
    """The work list of one facility and the reviews of another named one person for one thing."""
    unknown = replace(KNOWN, state=IdentityState.MISMATCHED, desk=HERE)
    assert gaps_of(*judged(a_view(90, facility=THERE)), unknown) == (
        Gap(Lack.SERIES_INCOMPLETE, facility_id=THERE), Gap(Lack.IDENTITY_MISMATCHED, facility_id=HERE)
    )  # fmt: skip
    assert gaps_of(*judged(a_view(90), a_view(50, facility=THERE)), replace(unknown, desk=None)) == (
        Gap(Lack.IDENTITY_MISMATCHED, facility_id=THERE),
    )


def test_a_declared_dose_is_verified_before_another_is_given() -> None:
    declared = a_view(50, facility=THERE, state=DoseState.DECLARED)
    assert gaps_of(*judged(a_view(90), declared), KNOWN) == (Gap(Lack.DOSE_UNVERIFIED, declared.id, THERE),)
    assert codes(a_view(150), a_view(110), a_view(5, state=DoseState.DECLARED)) == []


def test_a_dose_of_no_known_place_can_be_signed_by_nobody() -> None:
    nowhere = a_view(50, facility=None)
    assert gaps_of(*judged(a_view(90), nowhere), KNOWN) == (Gap(Lack.PLACE_UNKNOWN, nowhere.id),)


def test_only_the_eight_vaccines_make_a_passport() -> None:
    first, second = a_view(90, "COVAXIN"), a_view(50, "COVAXIN")
    gaps = gaps_of(*judged(first, second), KNOWN)
    assert [(gap.code, gap.dose_id) for gap in gaps] == [
        (Lack.PRODUCT_NOT_ACCEPTED, first.id), (Lack.PRODUCT_NOT_ACCEPTED, second.id)
    ]  # fmt: skip
    assert passport_dose(judged(first, second)[0]) is None


@pytest.mark.parametrize(
    ("state", "why", "lack"),
    [
        (None, "", Lack.IDENTITY_WAITING),
        (IdentityState.WAITING, "", Lack.IDENTITY_WAITING),
        (IdentityState.SENT, "", Lack.IDENTITY_WAITING),
        (IdentityState.POLICE_CONFIRMED, "", Lack.IDENTITY_WAITING),
        (IdentityState.MISMATCHED, "", Lack.IDENTITY_MISMATCHED),
        (IdentityState.LOCAL_REVIEW, "", Lack.IDENTITY_MISMATCHED),
        (IdentityState.NOT_FOUND, "", Lack.IDENTITY_NOT_FOUND),
        (IdentityState.DUPLICATE, "NUMBER_SHARED", Lack.IDENTITY_DUPLICATE),
        (IdentityState.NOT_SENT, "NUMBER_MISSING", Lack.NUMBER_MISSING),
        (IdentityState.NOT_SENT, "NUMBER_FORMAT", Lack.NUMBER_MISSING),
        (IdentityState.NOT_SENT, "SEX_MISSING", Lack.SEX_MISSING),
    ],
)
def test_the_registers_word_becomes_one_lack(state: IdentityState | None, why: str, lack: Lack) -> None:
    assert codes(a_view(90), a_view(50), who=replace(KNOWN, state=state, why=why)) == [lack]


def test_every_reason_for_not_sending_says_what_is_missing() -> None:
    waits = {IdentityWhy.FOREIGNER, IdentityWhy.JOINED, IdentityWhy.NUMBER_SHARED, IdentityWhy.AFTER_POLICE,
             IdentityWhy.UNANSWERED, IdentityWhy.REFUSED}  # fmt: skip
    for why in set(IdentityWhy) - waits:
        found = codes(a_view(90), a_view(50), who=replace(KNOWN, state=IdentityState.NOT_SENT, why=why))
        assert Lack.IDENTITY_WAITING not in found, why


def test_a_year_of_birth_alone_is_asked_for_until_the_register_knows_it() -> None:
    year = replace(KNOWN, birth_precision="YEAR")
    assert codes(a_view(90), a_view(50), who=replace(year, state=None)) == [Lack.BIRTH_INCOMPLETE]
    assert codes(a_view(90), a_view(50), who=year) == []


def test_a_foreigner_is_known_by_a_passport() -> None:
    guest = replace(KNOWN, nationality="LA", state=IdentityState.NOT_APPLICABLE, why="FOREIGNER")
    assert codes(a_view(90), a_view(50), who=guest) == [Lack.NUMBER_MISSING]
    known = replace(guest, has_passport=True)
    assert codes(a_view(90), a_view(50), who=known) == []
    assert codes(a_view(90), a_view(50), who=replace(known, state=None, why="")) == []


def test_a_foreigner_needs_a_whole_birth_date_and_a_sex_as_everybody() -> None:
    guest = replace(KNOWN, nationality="LA", state=IdentityState.NOT_APPLICABLE, why="FOREIGNER", has_passport=True)
    lacking = replace(guest, birth_precision="YEAR", sex="UNKNOWN", full_name=" ", has_passport=False)
    whole = [Lack.NUMBER_MISSING, Lack.NAME_MISSING, Lack.BIRTH_INCOMPLETE, Lack.SEX_MISSING]
    assert codes(a_view(90), a_view(50), who=lacking) == whole
    assert codes(a_view(90), a_view(50), who=replace(guest, birth_precision="MONTH")) == [Lack.BIRTH_INCOMPLETE]
    assert codes(a_view(90), a_view(50), who=replace(guest, sex="UNKNOWN")) == [Lack.SEX_MISSING]


@pytest.mark.parametrize("state", ["MISMATCHED", "LOCAL_REVIEW", "NOT_FOUND", "DUPLICATE"])
def test_a_foreigner_whom_the_register_contradicts_is_not_eligible(state: str) -> None:
    guest = replace(KNOWN, nationality="LA", state=IdentityState(state), why="FOREIGNER", has_passport=True)
    assert codes(a_view(90), a_view(50), who=guest)


def test_asking_anew_takes_no_certificate_away_and_a_wrong_answer_does() -> None:
    harmless = {Lack.IDENTITY_WAITING, Lack.PLACE_UNKNOWN, Lack.NOT_ISSUABLE}
    assert not doubts(map(Gap, harmless))
    for lack in set(Lack) - harmless:
        assert doubts([Gap(lack)]), lack


S = PassportState
CURRENT, OLDER, ENDING = Live(True, False), Live(False, False), Live(True, True)


@pytest.mark.parametrize(
    ("before", "lacking", "unsigned", "live", "after"),
    [
        (None, True, False, None, S.NOT_ELIGIBLE),
        (None, False, True, None, S.ELIGIBLE),
        (None, False, False, None, S.FACILITY_SIGNED),
        (S.ELIGIBLE, True, True, None, S.NOT_ELIGIBLE),
        (S.FACILITY_SIGNED, False, False, CURRENT, S.ISSUED),
        (S.ISSUED, False, False, CURRENT, S.ISSUED),
        (S.EXPIRING, False, False, ENDING, S.EXPIRING),
        (S.ISSUED, False, True, CURRENT, S.ELIGIBLE),  # a signature fell: the certificate stays while it is made anew
        (S.ELIGIBLE, False, False, CURRENT, S.ISSUED),
        (S.ELIGIBLE, False, False, ENDING, S.EXPIRING),
        (S.ISSUED, False, False, OLDER, S.FACILITY_SIGNED),  # a booster came
        (S.ISSUED, True, False, None, S.NOT_ELIGIBLE),
        (S.REVOKED, False, False, None, S.REVOKED),  # an officer took it away: no refresh brings it back
        (S.REVOKED, False, True, None, S.REVOKED),
        (S.REVOKED, True, False, None, S.REVOKED),
    ],
)
def test_a_passport_moves_as_the_table_says(
    before: S | None, lacking: bool, unsigned: bool, live: Live | None, after: S
) -> None:
    assert standing(before, lacking=lacking, unsigned=unsigned, live=live) is after


def test_nothing_but_giving_back_leads_out_of_what_was_taken_away() -> None:
    assert {step for before, step in PASSPORT_TRANSITIONS if before is S.REVOKED} == {PassportStep.GIVE_BACK}


def test_every_standing_is_reached_by_steps_of_the_table() -> None:
    reachable = set(PASSPORT_TRANSITIONS.values())
    for before in (None, *S):
        for lacking in (True, False):
            for unsigned in (True, False):
                for live in (None, CURRENT, OLDER, ENDING):
                    assert standing(before, lacking=lacking, unsigned=unsigned, live=live) in reachable
