"""A name that may have lost its marks is asked about, word by word, and no whole name is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.core.text import fold
from tiemchung.people.rules.name_doubts import NameDoubt, name_doubt

WHOLE = (
    "Nguyễn Thị Minh Châu", "Nguyễn Văn An", "Trần Gia Bảo", "Lê Anh Thi", "Phan Thanh Trà", "Mai Cao Lân",
    "Huỳnh Kim Thoa", "Đặng Thị Ánh Tuyết", "Võ Dung", "Vũ Linh Trang", "Hoàng Phương Uyên Nhi", "H’Hen Niê",
    "Nguyễn Quang Huy", "Phạm Hoa Sen", "Ksor Ê Ban", "Chau Sóc Kha", "Đỗ Long", "Lý Nam", "Daniel Nguyễn",
    "José Garcia",
    "Trần Thị Hai", "Nguyễn Phúc Hoàng Công Tằng Tôn Nữ Thị Hồng Phương", "Lưu Quý Khoa", "Bùi Xuân Mai", "Âu Cơ",
)  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_a_name_with_its_marks_is_not_asked_about(name: str) -> None:
    assert name_doubt(name) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Nguyen Thi Minh Chau", ("Nguyen", "Thi", "Minh", "Chau")),
        ("Nguyễn Thi Minh Chau", ("Thi", "Chau")),
        ("Nguyen Thị Minh Châu", ("Nguyen",)),
        ("Trần Van Đức", ("Van",)),
        ("TRẦN VĂN DUC", ("DUC",)),
        ("Lê Quoc Tuấn", ("Quoc",)),
        ("Lê Tuan Kiệt", ("Tuan",)),
        ("Phạm Thị Hue", ("Hue",)),
        ("Le Thị Mơ", ("Le",)),
        ("Đặng Yen Nhi", ("Yen",)),
        ("John Smith", ("John", "Smith")),
    ],
)
def test_each_word_that_may_lack_its_marks_is_named(name: str, words: tuple[str, ...]) -> None:
    assert name_doubt(name) == NameDoubt(words)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("nguyeenx thij chaau", "Nguyễn Thị Châu"),
        ("Nguyễn Thij Chaau", "Nguyễn Thị Châu"),
        ("Traanf Văn An", "Trần Văn An"),
    ],
)
def test_telex_keys_are_read_as_they_were_meant(name: str, meant: str) -> None:
    doubt = name_doubt(name)
    assert doubt is not None
    assert doubt.meant == meant


@pytest.mark.parametrize("name", ["", " ", "12", "'-."])
def test_what_is_no_name_is_not_doubted(name: str) -> None:
    assert name_doubt(name) is None


@given(st.text(max_size=150))
def test_any_text_is_doubted_by_its_own_words_or_not_at_all(name: str) -> None:
    doubt = name_doubt(name)
    assert doubt is None or doubt.words


@given(st.sampled_from(WHOLE))
def test_a_name_stripped_of_every_mark_is_always_asked_about(name: str) -> None:
    assert name_doubt(fold(name)) is not None
