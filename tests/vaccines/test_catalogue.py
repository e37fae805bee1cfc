"""The data files: nine products, codes that belong together, a source for every rule."""

import datetime as dt
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.vaccines.given import BORN, TODAY, day, dose
from tiemchung.vaccines.rules import BadRuleFile, DoseRole, Product, course_of, read_book, the_book, volume_of
from tiemchung.vaccines.rules.files import CATALOGUE, PROGRAMME
from tiemchung.vaccines.rules.table import README, docs_table, with_table

PRODUCTS = [pytest.param(product, id=code) for code, product in the_book().products.items()]
CHECKOUT = Path(__file__).resolve().parents[2]
TESTDATA = Path(os.environ.get("TIEMCHUNG_TESTDATA", CHECKOUT.parent / "shared/testdata"))


def value_set(name: str) -> dict[str, Any]:
    path = TESTDATA / "dcc/valuesets" / f"{name}.json"
    if not path.exists():
        pytest.skip(f"no value sets at {path.parent}")
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["valueSetValues"]
    return values


def test_the_nine_products_are_there_with_the_days_of_their_approval() -> None:
    assert {code: str(product.approved_on) for code, product in the_book().products.items()} == {
        "ASTRAZENECA": "2021-02-01",
        "SPUTNIK_V": "2021-03-23",
        "VERO_CELL": "2021-06-03",
        "PFIZER": "2021-06-12",
        "MODERNA": "2021-06-28",
        "JANSSEN": "2021-07-15",
        "HAYAT_VAX": "2021-09-10",
        "ABDALA": "2021-09-17",
        "COVAXIN": "2021-11-10",
    }


def test_the_passport_takes_all_but_covaxin() -> None:
    assert [code for code, product in the_book().products.items() if not product.passport] == ["COVAXIN"]


@pytest.mark.parametrize("product", PRODUCTS)
def test_product_maker_and_vaccine_are_one_of_the_published_triples(product: Product) -> None:
    triples = value_set("vaccine-encoding-instructions").values()
    (row,) = [t for t in triples if t["vaccine-code"] == product.mp]
    assert product.ma == row["vaccine-manufacturer"]
    assert product.vp in row["sct-codes"]


@pytest.mark.parametrize("product", PRODUCTS)
def test_each_code_of_the_certificate_is_active(product: Product) -> None:
    assert value_set("vaccine-medicinal-product")[product.mp]["active"]
    assert value_set("vaccine-mah-manf")[product.ma]["active"]
    assert value_set("vaccine-prophylaxis")[product.vp]["active"]


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_product_states_ages_intervals_and_sources(product: Product) -> None:
    assert re.fullmatch(r"[A-Z][A-Z_]+", product.code)
    assert product.ages
    own = [rule for rule in product.intervals if not rule.after]
    assert bool(own) == (product.primary_doses > 1)
    assert not product.components or len(product.components) == product.primary_doses
    for rule in (*product.ages, *product.intervals):
        assert rule.source.strip()
        assert rule.valid_from >= dt.date(2021, 2, 1)
        assert rule.valid_to is None or rule.valid_from < rule.valid_to
    for interval in product.intervals:
        assert interval.after in {"", *the_book().products}
        assert interval.minimum.after(TODAY) <= interval.recommended.after(TODAY)
        assert interval.latest is None or interval.recommended.after(TODAY) <= interval.latest.after(TODAY)


@pytest.mark.parametrize("product", PRODUCTS)
def test_no_two_rules_speak_of_the_same_pair_age_and_day(product: Product) -> None:
    for one in product.intervals:
        for other in product.intervals:
            if one is other or one.after != other.after:
                continue
            ends = one.valid_to or dt.date.max, other.valid_to or dt.date.max
            apart = ends[0] <= other.valid_from or ends[1] <= one.valid_from
            ages = [a for a in range(100) if one.ages.holds(a) and other.ages.holds(a)]
            assert apart or not ages


def test_a_rule_stays_in_force_until_another_replaces_it() -> None:
    for product in the_book().products.values():
        assert any(rule.valid_to is None for rule in product.ages)
    for role in (DoseRole.ADDITIONAL, DoseRole.BOOSTER):
        assert the_book().programme_for(role, 1, TODAY)
        assert all(rule.source for rule in the_book().programme_for(role, 1, TODAY))


@pytest.mark.parametrize(
    ("code", "role", "born", "volume"),
    [
        ("PFIZER", DoseRole.PRIMARY, "1980-05-01", "0.3"),
        ("PFIZER", DoseRole.PRIMARY, "2018-05-01", "0.2"),
        ("PFIZER", DoseRole.PRIMARY, "2024-05-01", None),
        ("MODERNA", DoseRole.PRIMARY, "1980-05-01", "0.5"),
        ("MODERNA", DoseRole.BOOSTER, "1980-05-01", "0.25"),
        ("MODERNA", DoseRole.PRIMARY, "2018-05-01", "0.25"),
        ("ASTRAZENECA", DoseRole.BOOSTER, "1980-05-01", "0.5"),
    ],
)
def test_the_amount_of_a_dose_follows_product_age_and_role(
    code: str, role: DoseRole, born: str, volume: str | None
) -> None:
    found = volume_of(the_book().products[code], role, day(born), TODAY)
    assert (str(found) if found is not None else None) == volume


def copy_of_the_catalogue(folder: Path) -> Path:
    shutil.copytree(CATALOGUE, folder / "catalogue")
    return folder / "catalogue"


def test_a_new_product_is_one_new_file(tmp_path: Path) -> None:
    catalogue = copy_of_the_catalogue(tmp_path)
    text = (catalogue / "abdala.toml").read_text(encoding="utf-8").replace('"ABDALA"', '"DUMMY"')
    text += '\n[[mix]]\nafter = "PFIZER"\nvalid_from = 2022-01-01\nminimum = "10w"\nsource = "test"\n'
    (catalogue / "dummy.toml").write_text(text, encoding="utf-8")
    book = read_book(catalogue)
    doses = [dose("DUMMY", on) for on in ("2022-01-01", "2022-01-15", "2022-01-29")]
    assert course_of(doses, birth_date=BORN, on=TODAY, book=book).complete
    mixed = [dose("PFIZER", "2022-02-01"), dose("DUMMY", "2022-04-12")]
    assert course_of(mixed, birth_date=BORN, on=TODAY, book=book).complete
    assert "| DUMMY |" in docs_table(book)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('minimum = "14d"', 'minimun = "14d"', "minimum is missing"),
        ('latest = "28d"', 'latest = "28d"\nlates = "1d"', "unknown lates"),
        ("primary_doses = 3", 'primary_doses = "3"', "primary_doses must be int"),
        ("primary_doses = 3", "primary_doses = true", "primary_doses must be int"),
        ("primary_doses = 3", "primary_doses = ", "abdala.toml"),
        ('code = "ABDALA"', 'code = "PFIZER"', "PFIZER is there already"),
        ('minimum = "14d"', 'minimum = "2 weeks"', "not a gap"),
    ],
)
def test_a_misspelt_file_is_refused_by_name(tmp_path: Path, old: str, new: str, told: str) -> None:
    catalogue = copy_of_the_catalogue(tmp_path)
    path = catalogue / "abdala.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=told):
        read_book(catalogue, PROGRAMME)
    assert issubclass(BadRuleFile, ValueError)


def test_the_readme_shows_the_products_as_the_files_state_them() -> None:
    text = README.read_text(encoding="utf-8")
    assert with_table(text, docs_table()) == text
