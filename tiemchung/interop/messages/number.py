"""What any provider would refuse, refused before it leaves the house."""

import re

from tiemchung.core.outbox import Permanent

E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def refuse_unsendable(to: str, text: str) -> None:
    """Raise Permanent when the number is not E.164 or the text is blank or holds a control character.

    The reason is a code; it never repeats the number or the text.
    """
    if E164.fullmatch(to) is None:
        raise Permanent("number_not_e164")
    if not text.strip():
        raise Permanent("text_blank")
    if any((ord(char) < 32 and char != "\n") or 0xD800 <= ord(char) < 0xE000 for char in text):
        raise Permanent("text_unsendable")
