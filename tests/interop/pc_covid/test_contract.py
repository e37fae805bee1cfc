"""What the feed needs of the partner, over real HTTP against the stand-in."""

import pytest

from tests.interop.pc_covid.conftest import AGREED, StandIn
from tests.interop.population.conftest import Hand
from tiemchung.core.ids import new_id
from tiemchung.interop.pc_covid.http_partner import GuardedPartner, HttpPartner, read_answers
from tiemchung.interop.pc_covid.keys import REQUESTS, key_for
from tiemchung.interop.pc_covid.ports import Answer, News, PartnerAway, Said

FIRST_PAUSE_S = 2.0


def news(version: int = 1, token: str = "", **body: object) -> News:
    """Give some person's news."""
    person = token or new_id().hex
    return News(person, version, {"person": person, "version": version, **body})


def test_the_partner_takes_news_and_keeps_them(partner: GuardedPartner, standin: StandIn) -> None:
    some = [news(colour="GREEN"), news(2, colour="YELLOW")]
    assert partner.tell(some) == {one.token: Answer(Said.TAKEN, one.version) for one in some}
    assert [standin.told(one.token)[0]["body"] for one in some] == [one.body for one in some]


def test_the_same_version_again_is_taken_and_kept_once(partner: GuardedPartner, standin: StandIn) -> None:
    one = news(3)
    for _ in range(2):
        assert partner.tell([one])[one.token].said is Said.TAKEN
    assert len(standin.told(one.token)) == 1


def test_an_older_version_is_stale_and_says_what_is_known(partner: GuardedPartner, standin: StandIn) -> None:
    partner.tell([news(5, "abc")])
    assert partner.tell([news(4, "abc")]) == {"abc": Answer(Said.STALE, 5)}
    assert [one["version"] for one in standin.told("abc")] == [5]


def test_a_refusal_is_for_one_person_and_names_its_code(partner: GuardedPartner, standin: StandIn) -> None:
    standin.turn(mode="refusing")
    one = news()
    assert partner.tell([one]) == {one.token: Answer(Said.REFUSED, 0, "demonstration")}


@pytest.mark.parametrize(
    ("mode", "reason"), [("failing", "partner_503"), ("down", "partner_unreachable"), ("slow", "partner_slow")]
)
def test_an_absent_partner_is_away(
    request: pytest.FixtureRequest, standin: StandIn, mode: str, reason: str
) -> None:
    partner: GuardedPartner = request.getfixturevalue("hasty_partner" if mode == "slow" else "partner")
    standin.turn(mode=mode)
    with pytest.raises(PartnerAway, match=reason):
        partner.tell([news()])


def test_a_wrong_key_is_away_until_a_person_acts(standin: StandIn) -> None:
    stranger = HttpPartner(f"{standin.address}/v1/news", key=key_for(REQUESTS, "another"))
    with pytest.raises(PartnerAway, match="partner_403") as away:
        stranger.tell([news()])
    assert away.value.retry_after_s >= 60
    stranger.close()


def test_a_partner_that_fails_is_left_alone_and_found_again(
    partner: GuardedPartner, standin: StandIn, breakers_clock: Hand
) -> None:
    standin.turn(mode="failing")
    for _ in range(3):
        with pytest.raises(PartnerAway, match="partner_503"):
            partner.tell([news()])
    assert partner.is_away()
    with pytest.raises(PartnerAway, match="circuit_open"):
        partner.tell([news()])
    standin.turn(mode="ok")
    breakers_clock.shows += FIRST_PAUSE_S
    assert not partner.is_away()
    one = news()
    assert partner.tell([one])[one.token].said is Said.TAKEN
    assert not partner.is_away()


def test_a_restart_of_the_partner_loses_nothing(partner: GuardedPartner, tmp_path) -> None:  # type: ignore[no-untyped-def]
    own = StandIn(tmp_path)
    way = HttpPartner(f"{own.address}/v1/news", key=key_for(REQUESTS, AGREED))
    way.tell([news(7, "kept")])
    own.stop()
    own.start()
    assert own.told("kept")[0]["version"] == 7
    assert own.stop() == 0
    way.close()


@pytest.mark.parametrize("octets", [b"", b"[]", b'{"answers": 7}', b"\xff", b"[" * 10_000])
def test_an_answer_that_cannot_be_read_is_no_answer(octets: bytes) -> None:
    with pytest.raises(PartnerAway, match="answer_not_understood"):
        read_answers(octets)


@pytest.mark.parametrize(
    "row",
    ["null", "{}", '{"person": "a"}', '{"person": "a", "answer": "maybe"}', '{"person": 1, "answer": "taken"}',
     '{"person": "a", "answer": "taken", "has": -1}', '{"person": "a", "answer": ["taken"]}'],
)  # fmt: skip
def test_a_word_that_makes_no_sense_is_left_out(row: str) -> None:
    good = '{"person": "b", "answer": "taken", "has": 1}'
    assert set(read_answers(f'{{"answers": [{row}, {good}]}}'.encode())) == {"b"}
