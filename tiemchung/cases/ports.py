"""What cases need from outside; chosen in settings, the real adapter and the stand-in pass the same tests."""

from typing import Protocol
from uuid import UUID


class EvidenceStore(Protocol):
    """Where cleaned photos and pages lie, sealed, apart from every web root."""

    def put(self, evidence_id: UUID, clean: bytes) -> None:
        """Keep the bytes durably under this id; when it returns, they survive a power cut."""
        ...

    def get(self, evidence_id: UUID) -> bytes:
        """Give the bytes; raise KeyError where there are none."""
        ...

    def drop(self, evidence_id: UUID) -> None:
        """Forget the bytes of an abandoned draft; unknown ids are no error."""
        ...


class ScanPort(Protocol):
    """A malware scanner."""

    def infected(self, raw: bytes) -> bool:
        """Tell whether the scanner knows this as malware; raise OSError when it cannot be asked."""
        ...


class ReadingPort(Protocol):
    """A reader of printed paper (OCR)."""

    def read(self, image: bytes) -> str:
        """Give the text that it reads in a JPEG, in lines; raise OSError when it is not installed or fails."""
        ...
