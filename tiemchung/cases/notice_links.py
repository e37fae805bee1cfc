"""The link by which the reader of a notice disowns a dose: its token follows from the dose and our key alone.

So one dose has one link, however often a follower runs, and the database keeps nothing that opens it.
"""

from uuid import UUID

from django.conf import settings

from tiemchung.cases.rules.notices import LINK_PATH, is_token, letters_of
from tiemchung.core.sealing import blind_index, seal, unseal


def token_of(dose_id: UUID) -> str:
    """Give the token of a dose's link: 24 letters that nobody can guess."""
    return letters_of(blind_index("cases.disown", str(dose_id)))


def token_hash(token: str) -> bytes:
    """Give under what a token is kept; whatever is no token has a hash that no row has."""
    return blind_index("cases.disown.hash", token if is_token(token) else "")


def link_of(token: str) -> str:
    """Give the address that a message shows."""
    return f"{settings.PUBLIC_ADDRESS.rstrip('/')}/{LINK_PATH}{token}"


def seal_notice_phone(notice_id: UUID, phone: str) -> bytes:
    """Seal the phone (E.164) that a notice went to."""
    return seal("cases.notice", phone, str(notice_id))


def open_notice_phone(notice_id: UUID, sealed: bytes | memoryview) -> str:
    """Give the phone that `seal_notice_phone` sealed."""
    return unseal("cases.notice", sealed, str(notice_id))
