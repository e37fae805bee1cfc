"""Payloads are strict when written, and foreign habits are read."""

import json
from datetime import date

import pytest
from cbor2 import undefined

from tests.certificates.formats.cast import TESTDATA, needs_testdata, payload
from tiemchung.certificates.formats import dcc, schema, valuesets

AN = dcc.Holder("Nguyễn", "Thị An", "1985-03-05")
NUMBER = "URN:UVCI:01:VN:0123456789ABC#A"
USED_IN_VIETNAM = [
    ("EU/1/21/1529", "ORG-100001699", "29061000087103"),
    ("EU/1/20/1528", "ORG-100030215", "1119349007"),
    ("EU/1/20/1507", "ORG-100031184", "1119349007"),
    ("BBIBP-CorV", "ORG-100020693", "1157024006"),
    ("Hayat-Vax", "ORG-100023050", "1157024006"),
    ("Sputnik-V", "Gamaleya-Research-Institute", "29061000087103"),
    ("Sputnik-Light", "Gamaleya-Research-Institute", "28531000087107"),
    ("EU/1/20/1525", "ORG-100001417", "29061000087103"),
    ("Abdala", "CIGB", "28531000087107"),
    ("Covaxin", "Bharat-Biotech", "1157024006"),
    ("Covishield", "ORG-100001981", "29061000087103"),
]


def dose(**changes: object) -> dcc.VaccineDose:
    facts = {
        "vaccine": "1119349007",
        "product": "EU/1/20/1528",
        "maker": "ORG-100030215",
        "number": 1,
        "of": 2,
        "given_on": date(2021, 9, 2),
    }
    return dcc.VaccineDose(**(facts | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(("product", "maker", "vaccine"), USED_IN_VIETNAM)
def test_each_vaccine_used_in_vietnam_can_be_certified(product: str, maker: str, vaccine: str) -> None:
    made = dcc.vaccination(AN, dose(product=product, maker=maker, vaccine=vaccine), NUMBER)
    assert schema.holds(made)


def test_a_payload_holds_the_fields_of_the_schema_and_no_other() -> None:
    made = dcc.vaccination(AN, dose(), NUMBER)
    assert set(made) == {"v", "dob", "nam", "ver"}
    assert set(made["v"][0]) == {"tg", "vp", "mp", "ma", "dn", "sd", "dt", "co", "is", "ci"}
    assert made["nam"] == {"fn": "Nguyễn", "fnt": "NGUYEN", "gn": "Thị An", "gnt": "THI<AN"}


def test_a_single_name_is_the_family_name_alone() -> None:
    made = dcc.vaccination(dcc.Holder("Sukarno", "", "1950"), dose(), NUMBER)
    assert made["nam"] == {"fn": "Sukarno", "fnt": "SUKARNO"}


def test_decomposed_letters_are_written_composed() -> None:
    made = dcc.vaccination(dcc.Holder("Nguye\u0302\u0303n", "An", ""), dose(), NUMBER)
    assert made["nam"]["fn"] == "Nguyễn"


@pytest.mark.parametrize(
    ("holder", "change", "number", "code"),
    [
        (AN, {"maker": "ORG-100001699"}, NUMBER, "VACCINE_CODES_DISAGREE"),
        (AN, {"number": 0}, NUMBER, "DOSE_NUMBER"),
        (AN, {"of": 0}, NUMBER, "DOSE_NUMBER"),
        (dcc.Holder("Nguyễn", "An", "1985-13"), {}, NUMBER, "BIRTH_DATE"),
        (dcc.Holder("Nguyễn", "An", "05/03/1985"), {}, NUMBER, "BIRTH_DATE"),
        (dcc.Holder("Nguyễn", "An", "2021-09-03"), {}, NUMBER, "BIRTH_DATE"),
        (dcc.Holder("王", "", "1985"), {}, NUMBER, "NAME_WITHOUT_LETTERS"),
        (AN, {}, "An 1985", "CERTIFICATE_ID"),
        (AN, {}, "URN:UVCI:" + "A" * 80, "SCHEMA"),
        (AN, {"issuer": "x" * 81}, NUMBER, "SCHEMA"),
    ],
)
def test_facts_that_make_no_certificate_are_refused_by_name(
    holder: dcc.Holder, change: dict[str, object], number: str, code: str
) -> None:
    with pytest.raises(dcc.NotIssuable) as refusal:
        dcc.vaccination(holder, dose(**change), number)
    assert refusal.value.code == code


def test_the_official_samples_wrong_pairing_is_no_triple() -> None:
    assert not valuesets.belong_together("EU/1/21/1529", "ORG-100030215", "J07BX03")


def test_foreign_habits_are_taken_out() -> None:
    foreign = payload() | {"t": None, "r": undefined}
    foreign["v"][0] |= {"dn": 1.0, "is": " Bộ Y tế "}
    mended = dcc.normalised(foreign)
    assert "t" not in mended
    assert "r" not in mended
    assert (mended["v"][0]["dn"], mended["v"][0]["is"]) == (1, "Bộ Y tế")
    assert schema.holds(mended)


@pytest.mark.parametrize(
    ("stated", "chosen"),
    [
        ("1.0.0", "1.0.0"),
        ("1.0.4", "1.0.1"),
        ("1.2.9", "1.2.1"),
        ("1.3.3", "1.3.3"),
        ("2.0.0", "1.3.3"),
        ("0.1.0", "1.0.0"),
        ("latest", None),
        (1.3, None),
        (None, None),
        ("99999.0.0", None),
    ],
)
def test_the_schema_is_that_of_the_payloads_own_version(stated: object, chosen: str | None) -> None:
    assert schema.schema_version(stated) == chosen


def test_two_kinds_in_one_certificate_do_not_hold() -> None:
    both = payload() | {
        "r": [
            {
                "tg": "840539006",
                "fr": "2021-01-01",
                "co": "VN",
                "is": "x",
                "df": "2021-01-01",
                "du": "2021-01-02",
                "ci": "URN:UVCI:01:VN:A",
            }
        ],
        "ver": "1.0.0",
    }
    assert not schema.holds(both)


def test_bytes_and_broken_keys_are_an_answer_and_no_crash() -> None:
    assert not schema.holds({"ver": "1.3.0", 1: b"x"})
    assert schema.objection({"ver": "1.3.0", 1: b"x"})


@needs_testdata
def test_the_published_examples_are_judged_as_published() -> None:
    folder = TESTDATA / "dcc-schema" / "test"
    good = [json.loads(path.read_text()) for path in sorted((folder / "valid").glob("*.json"))]
    bad = [json.loads(path.read_text()) for path in sorted((folder / "invalid").glob("*.json"))]
    assert [schema.objection(example) for example in good] == [""] * 13
    assert [schema.holds(example) for example in bad] == [False] * 6


@needs_testdata
def test_every_published_triple_belongs_together() -> None:
    published = json.loads((TESTDATA / "valuesets" / "vaccine-encoding-instructions.json").read_text())
    for entry in published["valueSetValues"].values():
        for kind in entry["sct-codes"]:
            assert valuesets.belong_together(entry["vaccine-code"], entry["vaccine-manufacturer"], kind)


def test_codes_are_shown_by_name_and_strangers_by_themselves() -> None:
    assert valuesets.display_name("mp", "EU/1/20/1528") == "Comirnaty"
    assert valuesets.display_name("mp", "Nanocovax") == "Nanocovax"
    assert valuesets.display_name("lot", "x") == "x"
