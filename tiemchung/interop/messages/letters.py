"""What is written in an e-mail; one letter so far: the passport that its holder asked to have sent."""

import json
from email.message import EmailMessage
from uuid import UUID

from tiemchung.certificates.paper import Paper, passport_pdf
from tiemchung.certificates.reads import passport_of
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.core.outbox import Permanent
from tiemchung.people.reads import NotFound

SUBJECT = "Hộ chiếu vắc xin / Vaccine passport"
FILE = "ho-chieu-vac-xin.pdf"
# Names nobody: subject and text stand in the clear on every server on the way, and in the list of every mailbox.
TEXT = """\
Chào bạn,

Bạn vừa yêu cầu gửi hộ chiếu vắc xin tới hộp thư này. Tệp PDF đính kèm có mã QR mà nơi kiểm tra quét được.
Hãy mang theo giấy tờ tùy thân khi dùng. Đây là thư tự động, vui lòng không trả lời.
Nếu bạn không yêu cầu, hãy xóa thư này và gọi 1900 9095.

Hello,

you have just asked to have your vaccine passport sent to this mailbox. The PDF attached holds the QR code that
verifiers scan. Carry an identity document with it. This is an automatic letter; please do not reply.
If you did not ask for it, delete this letter and call 1900 9095.
"""


def write_letter(text: str) -> EmailMessage:
    """Write the letter that the outbox describes: the passport in force now, as PDF.

    Raises Permanent("nothing_in_force") where it was taken back meanwhile.
    """
    asked = json.loads(text)
    at = clock.now()
    try:
        view = passport_of(SYSTEM, UUID(asked["person_id"]), at)
    except NotFound:
        raise Permanent("nothing_in_force") from None
    if not view.in_force(at):
        raise Permanent("nothing_in_force")
    letter = EmailMessage()
    letter["Subject"] = SUBJECT
    letter.set_content(TEXT)
    pdf = passport_pdf(view, paper=Paper.A4, lang=asked["lang"])
    letter.add_attachment(pdf, maintype="application", subtype="pdf", filename=FILE)
    return letter
