"""Which identity paper a member of staff saw in the hand of somebody who reports at a desk."""

from enum import StrEnum


class PaperSeen(StrEnum):
    """The paper that was shown; a child's is the certificate of its birth, in a parent's hand."""

    ID_CARD = "ID_CARD"
    PASSPORT = "PASSPORT"
    INSURANCE_CARD = "INSURANCE_CARD"
    BIRTH_CERTIFICATE = "BIRTH_CERTIFICATE"
