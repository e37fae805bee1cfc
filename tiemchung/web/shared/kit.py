"""The facts of the kit page: one example of each component in each state, with invented people and numbers."""

from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from tiemchung.core.verdict import Reason, Severity, Verdict

ERRORS = {
    "ho_ten": "Nhập họ và tên như trên giấy tờ, ví dụ Nguyễn Văn An",
    "ngay_sinh-month": "Ngày sinh cần đủ ngày, tháng, năm, ví dụ 05/03/1984",
    "doi_tuong": "Chọn một nhóm",
}

ITEMS: list[dict[str, Any]] = [
    {
        "title": "Nguyễn Thị Minh Châu, sinh 05/03/1984",
        "href": "#",
        "facts": ["Mũi 1, Vero Cell, 12/08/2021", "Trạm y tế phường Bến Nghé"],
        "tag": Markup('<strong class="nhsuk-tag nhsuk-tag--orange">còn 31 giờ</strong>'),
    },
    {
        "title": "Huỳnh Nguyễn Hoàng Phương Uyên Nhi, sinh 1950",
        "href": "#",
        "facts": ["Thiếu mũi 2"],
        "tag": Markup('<strong class="nhsuk-tag nhsuk-tag--red">quá hạn 3 giờ</strong>'),
    },
]

STEPS: list[dict[str, Any]] = [
    {"title": "Ghi mũi tiêm", "facts": ["09:12 12/08/2021, Dũng, Trạm y tế phường Bến Nghé"]},
    {"title": "Sửa số lô: 202108B thành 202108C", "facts": ["Lý do: nhập nhầm một chữ", "10:03 13/08/2021, Giang"]},
    {"title": "Trung tâm kiểm soát bệnh tật ký xác nhận", "facts": ["07:30 14/08/2021"]},
]

COLOURS = ("white", "grey", "green", "teal", "blue", "purple", "pink", "red", "orange", "yellow")


def sample_facts() -> dict[str, Any]:
    """Give everything that the kit page shows."""
    reasons = (
        Reason("KIT_TOO_SOON", overridable=True, facts={"days": 12}),
        Reason("KIT_OLD_LOT", Severity.WARN, facts={}),
    )
    return {
        "errors": ERRORS,
        "items": ITEMS,
        "steps": STEPS,
        "colours": COLOURS,
        "verdict": Verdict(reasons),
        "people": (("1", "Nguyễn Văn An"), ("2", "Trần Thị Bình")),
        "actor": SimpleNamespace(name="Lê Quang Dũng"),
    }
