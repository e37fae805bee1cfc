"""What anybody may ask of the issuance log: its signed heads, and the proofs that it holds and only grows."""

import datetime as dt
from dataclasses import dataclass

from tiemchung.certificates import merkle
from tiemchung.certificates.formats.reading import Fault
from tiemchung.certificates.log import SignedHead, leaf_of_text, tile_reader, view_of_head
from tiemchung.certificates.models import Certificate, CertificateByHash, LogHead


@dataclass(frozen=True, slots=True)
class LogProof:
    """That the certificate of a number stands at `position` of the log of `head`; `path` has the lowest hash first."""

    leaf: bytes
    position: int
    path: tuple[bytes, ...]
    head: SignedHead


def signed_head() -> SignedHead | None:
    """Give the newest head that was signed, None before the first."""
    head = LogHead.objects.exclude(signature=None).order_by("-size").first()
    return view_of_head(head) if head else None


def log_size() -> int:
    """Give how many leaves the log has now, published or not."""
    return LogHead.objects.order_by("-size").values_list("size", flat=True).first() or 0


def newest_moment() -> dt.datetime | None:
    """Give when the log last grew or was last signed, None while it is empty."""
    return LogHead.objects.order_by("-size").values_list("made_at", flat=True).first()


def position_of(hash16: bytes) -> int | None:
    """Give where the certificate of a number's hash stands in the log, None where none was ever logged."""
    row = _logged(hash16)
    return row.log_position if row else None


def proof_of(hash16: bytes, head: SignedHead) -> LogProof | None:
    """Give the proof for the certificate of a number's hash in the log of `head`; None where that does not hold it."""
    row = _logged(hash16)
    if row is None or row.log_position is None or row.log_position >= head.size:
        return None
    try:
        leaf = leaf_of_text(row.uvci, row.hc1)
    except Fault:
        return None  # a damaged row: the watch names it, and no proof is made up for it
    path = merkle.inclusion_proof(row.log_position, head.size, tile_reader())
    return LogProof(leaf, row.log_position, path, head)


def growth_between(old: int, head: SignedHead) -> tuple[bytes, ...]:
    """Give the proof that the log of `old` leaves is the beginning of that of `head`; raises ValueError."""
    return merkle.consistency_proof(old, head.size, tile_reader())


def root_of(size: int) -> bytes:
    """Give the root of the log when it had that many leaves."""
    return merkle.root_at(size, tile_reader())


def _logged(hash16: bytes) -> Certificate | None:
    where = CertificateByHash.objects.filter(hash=hash16).values_list("person_id", "certificate_id").first()
    if where is None:
        return None
    held = Certificate.objects.filter(person_id=where[0], id=where[1]).exclude(log_position=None)
    return held.only("uvci", "hc1", "log_position").first()
