"""What a partner's developer or a citizen reads when a proposal is not taken, Vietnamese first.

A partner shows these as they are: the pages' words lie on a floor that this one does not know.
"""

from typing import Any

from tiemchung.people.rules.name_doubts import NameDoubt

WORDS: dict[str, tuple[str, str]] = {
    "NOT_JSON": (
        "Nội dung gửi lên không phải là một đối tượng JSON hợp lệ.",
        "The body is not a valid JSON object.",
    ),
    "TOO_LONG": ("Nội dung gửi lên quá dài.", "The body is too long."),
    "REPLAYED": (
        "Yêu cầu này đã được nhận trước đó. Hãy ký lại với mã ngẫu nhiên mới.",
        "This request was let in before. Sign it again with a new nonce.",
    ),
    "FIELD_MISSING": ("Thiếu trường “{field}”.", "The field “{field}” is missing."),
    "FIELD_WRONG": ("Trường “{field}” không đúng dạng.", "The field “{field}” does not have the right form."),
    "KIND_NOT_HERE": (
        "PC-Covid không gửi được loại đề xuất này.",
        "Proposals of this kind do not come in through PC-Covid.",
    ),
    "PRODUCT_UNKNOWN": (
        "Không có vắc xin này trong danh mục. Hãy chọn lại trong danh sách.",
        "No such vaccine is in the catalogue. Choose one of the list.",
    ),
    "DOSE_MISSING": (
        "Đề xuất tự khai cần đúng một mũi, có ngày tiêm và tên vắc xin.",
        "A declaration needs exactly one dose, with its day and vaccine.",
    ),
    "GIVEN_IN_FUTURE": (
        "Ngày tiêm ở tương lai. Hãy kiểm tra lại.",
        "The day of the injection lies in the future. Check it again.",
    ),
    "DECLARED_DAY_TAKEN": (
        "Ngày này đã có một mũi tiêm trong hồ sơ. Nếu mũi đó sai, hãy bấm “Sai” bên cạnh mũi đó.",
        "A dose is on record for this day already. If it is wrong, choose “Wrong” beside that dose.",
    ),
    "CLAIM_NAME_MISSING": ("Hãy nhập họ và tên.", "Enter the full name."),
    "CLAIM_BIRTH_FUTURE": ("Ngày sinh ở tương lai.", "The birth date lies in the future."),
    "CLAIM_DOSE_BEFORE_BIRTH": ("Ngày tiêm trước ngày sinh.", "The dose was given before the birth."),
    "CLAIM_DOSE_TOO_EARLY": (
        "Ngày tiêm quá sớm: lúc đó chưa có vắc xin Covid-19.",
        "The day is too early: there was no Covid-19 vaccine then.",
    ),
    "CLAIM_DOSES_COUNT": ("Số mũi không hợp với loại đề xuất.", "The number of doses does not fit the kind."),
    "CLAIM_DOSES_OUT_OF_ORDER": ("Mũi sau có ngày tiêm trước mũi trước.", "A later dose has the earlier day."),
    "CLAIM_AFTER_DEATH": ("Ngày tiêm sau ngày mất của người này.", "The dose would be after the person's death."),
    "TEXT_TOO_LONG": ("Có nội dung quá dài.", "A text is too long."),
    "AREA_UNKNOWN": (
        "Không tìm thấy tỉnh hoặc xã đã nêu. Hãy chọn trong danh mục hiện nay.",
        "The province or commune cannot be found. Choose one of today's list.",
    ),
    "AREA_MANY": (
        "Có nhiều nơi cùng tên. Hãy chọn một nơi.",
        "Several places have this name. Choose one.",
    ),
    "NAME_DOUBT": (
        "Tên có thể thiếu dấu. Hãy viết lại, hoặc xác nhận rồi gửi lại.",
        "A name may lack its accents. Write it again, or confirm it and send again.",
    ),
    "KEY_REUSED": (
        "Mã đề xuất này đã được dùng cho nội dung khác.",
        "This proposal id was used for another content.",
    ),
    "TOO_MANY_TRIES": (
        "Số điện thoại này đã gửi quá nhiều đề xuất. Hãy thử lại sau.",
        "This phone has sent too many proposals. Try again later.",
    ),
    "REFUSED": ("Không nhận được đề xuất này.", "This proposal cannot be taken."),
}

# What every door asks about a name that may lack its accents; a test holds them equal to those of the pages.
QUESTION: dict[str, tuple[str, str]] = {
    "title": ("Tên này có thiếu dấu không?", "Has this name lost its accents?"),
    "text": (
        "“{name}” có chữ có thể thiếu dấu: {words}. Tên thiếu dấu là một lý do khiến phản ánh bị trả lại, vì nhiều "
        "người khác nhau có cùng tên không dấu.",
        "“{name}” has words that may lack their accents: {words}. A name without accents is one reason why reports are "
        "sent back, since many people share it.",
    ),
    "telex": (
        "Có phải tên cần viết là “{name}”? Hãy bật bộ gõ tiếng Việt rồi viết lại ở ô trên.",
        "Did you mean “{name}”? Turn on a Vietnamese keyboard and write it again above.",
    ),
    "question": ("Nếu giấy tờ ghi đúng như vậy", "If the papers say exactly this"),
    "yes": ("Đúng, trên giấy tờ tên được viết như vậy", "Yes, the papers write the name like this"),
}


def question_of(name: str, doubt: NameDoubt, lang: str) -> dict[str, str]:
    """Give the question about a name as it is shown: title, text, the name meant (where there is one), and the yes."""
    said = {part: words[lang == "en"] for part, words in QUESTION.items() if part != "telex" or doubt.meant}
    said["text"] = said["text"].format(name=name, words=", ".join(doubt.words))
    return said | ({"telex": said["telex"].format(name=doubt.meant)} if doubt.meant else {})


def words_of(code: str, lang: str, **facts: Any) -> str:
    """Give the sentence of a code, or the general one; any language but English is Vietnamese."""
    return WORDS.get(code, WORDS["REFUSED"])[lang == "en"].format(**facts)
