"""Vietnamese text compares as readers expect."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tiemchung.core.text import fold, name_sort, nfc, tone_key

VIETNAMESE = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
names = st.lists(st.text(VIETNAMESE, min_size=1, max_size=7), min_size=1, max_size=5).map(" ".join)


@given(names)
def test_folding_is_the_same_for_composed_and_decomposed_text(name: str) -> None:
    assert fold(unicodedata.normalize("NFD", name)) == fold(name)


@given(names)
def test_folding_leaves_plain_letters_only(name: str) -> None:
    assert set(fold(name)) <= set("abcdefghijklmnopqrstuvwxyz ")


def test_the_letter_d_with_stroke_folds_and_its_icelandic_twin_is_repaired() -> None:
    assert fold("Đặng Thị Đào") == "dang thi dao"
    assert nfc("Ðặng") == "Đặng"


def test_invisible_characters_and_double_spaces_go() -> None:
    assert nfc("Nguyễn\u200b \u00a0 Văn\u00ad An\x00") == "Nguyễn Văn An"


def test_old_and_new_tone_placement_are_equal_but_other_letters_are_not() -> None:
    assert tone_key("Hoà Bình") == tone_key("Hòa Bình")
    assert tone_key("THUỶ") == tone_key("Thủy")
    assert tone_key("Khoẻ") == tone_key("khỏe")
    assert tone_key("Hùng") != tone_key("Hưng")
    assert tone_key("Quý") == "quý"


def test_names_sort_by_given_name_then_middle_then_family_name() -> None:
    people = ["Trần Văn Êm", "Lê An", "Nguyễn Thị Ân", "Phạm Đào", "Võ Dung", "Bùi Ăng", "Nguyễn Văn An", "Lê Văn Ea"]
    assert sorted(people, key=name_sort) == [
        "Lê An",
        "Nguyễn Văn An",
        "Bùi Ăng",
        "Nguyễn Thị Ân",
        "Võ Dung",
        "Phạm Đào",
        "Lê Văn Ea",
        "Trần Văn Êm",
    ]


def test_tones_order_names_that_differ_in_nothing_else() -> None:
    assert sorted(["Lê Hạ", "Lê Ha", "Lê Há", "Lê Hà"], key=name_sort) == ["Lê Ha", "Lê Hà", "Lê Há", "Lê Hạ"]
