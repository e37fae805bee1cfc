"""Certificate formats: pure code that writes one kind of code and reads every kind; no framework, no clock."""

from tiemchung.certificates.formats.reading import Outcome, Reading, Why
from tiemchung.certificates.formats.registry import formats, read
from tiemchung.certificates.formats.trust import TrustedKey, TrustList, trust_list

__all__ = ["Outcome", "Reading", "TrustList", "TrustedKey", "Why", "formats", "read", "trust_list"]
