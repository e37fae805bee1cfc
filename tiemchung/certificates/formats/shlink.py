"""SMART Health Links: recognised and named, never followed, since following would tell a server who is checked."""

import re
from datetime import datetime

from tiemchung.certificates.formats.reading import Reading, Why, reading_of
from tiemchung.certificates.formats.registry import Format, Revoked
from tiemchung.certificates.formats.trust import TrustList

_LINK = re.compile(r"(https://[^\s#]{1,200}#)?shlink:/[A-Za-z0-9_-]+")


def read(text: str, *, keys: TrustList, now: datetime, revoked: Revoked) -> Reading:
    """Give the one answer there is for a link: UNKNOWN, because nothing was fetched."""
    return reading_of(Why.LINK_NOT_FOLLOWED, FORMAT.code, layers=(("link", True),))


FORMAT = Format("shlink", lambda text: _LINK.fullmatch(text) is not None, read)
