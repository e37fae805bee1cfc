"""The thirteen reasons for which the procedure lets a desk refuse a report (9458/BYT-CNTT, step 2.3)."""

from enum import StrEnum


class RefusalCode(StrEnum):
    """One reason; its words, for the citizen and for the desk, stand in the words files."""

    NO_DOSE_INFO = "NO_DOSE_INFO"
    NAME_CONFLICT = "NAME_CONFLICT"
    PORTRAIT_ONLY = "PORTRAIT_ONLY"
    DOSE_MISMATCH = "DOSE_MISMATCH"
    DOB_MISMATCH = "DOB_MISMATCH"
    SLIP_INCOMPLETE = "SLIP_INCOMPLETE"
    SLIP_MASKED = "SLIP_MASKED"
    BLURRED = "BLURRED"
    DATE_MISMATCH = "DATE_MISMATCH"
    ALL_MISMATCH = "ALL_MISMATCH"
    NAME_INCOMPLETE_OR_UNACCENTED = "NAME_INCOMPLETE_OR_UNACCENTED"
    VACCINE_MISMATCH = "VACCINE_MISMATCH"
    SLIP_ALTERED = "SLIP_ALTERED"


# All others name what a photo or slip shows, and fit no report that came without one.
PAPERLESS = frozenset({RefusalCode.NAME_INCOMPLETE_OR_UNACCENTED})
