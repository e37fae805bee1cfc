"""What a scanner read: a convenience for typing, never proof of identity (vietnam.md 3.3 to 3.5)."""

import datetime as dt
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from tiemchung.core.text import nfc
from tiemchung.core.verdict import YES, Reason, Severity, Verdict, refuse
from tiemchung.people.rules.identifiers import check_identifier
from tiemchung.people.rules.keyboards import digits_rewritten, telex_typed, vni_typed
from tiemchung.people.rules.kinds import BirthPrecision, IdSystem, Sex
from tiemchung.people.rules.names import clean_name
from tiemchung.people.rules.phones import normalise_phone

MAX_SCAN = 4000
_SEXES = {"nam": Sex.MALE, "nữ": Sex.FEMALE, "nu": Sex.FEMALE}


class ScanKind(StrEnum):
    """Which code was read."""

    CHIP_CARD = "CHIP_CARD"
    CARD_2024 = "CARD_2024"
    PERSONAL_QR = "PERSONAL_QR"
    BHYT_CARD = "BHYT_CARD"
    UNREADABLE = "UNREADABLE"


@dataclass(frozen=True, slots=True)
class ScannedCard:
    """What a code says of its holder, as far as it was understood; `verdict` refuses where it must not be
    used.

    `tail` counts fields of unknown meaning; their content (relatives' numbers, say) is not kept.
    """

    kind: ScanKind
    verdict: Verdict = YES
    identifiers: tuple[tuple[IdSystem, str], ...] = ()
    full_name: str = ""
    birth_date: dt.date | None = None
    birth_precision: BirthPrecision = BirthPrecision.DAY
    sex: Sex = Sex.UNKNOWN
    address_text: str = ""
    phone: str = ""
    issued_on: dt.date | None = None
    tail: int = 0


def parse_scan(text: str) -> ScannedCard:
    """Give what the text of a chip card, a personal QR (Decision 1405) or an insurance card says.

    Reasons: SCAN_TOO_LONG, SCAN_CERTIFICATE (a vaccination QR was shown), SCAN_KEYBOARD (turn the Vietnamese
    keyboard off), SCAN_LETTERS_LOST, SCAN_CUT_SHORT, SCAN_FOREIGN; SCAN_REPAIRED is only a note.
    """
    if len(text) > MAX_SCAN:
        return _unreadable("SCAN_TOO_LONG")
    plain, notes = _repaired(text.strip("\r\n\t \x00"))
    if is_certificate(plain):
        return _unreadable("SCAN_CERTIFICATE")
    fields = [nfc(field) for field in plain.split("|")]
    card = _read(fields)
    return _with(card, notes) if notes.reasons else card


def is_certificate(text: str) -> bool:
    """Tell whether this is the code of a vaccination certificate, which is no card of a person."""
    return text.strip().upper().startswith(("HC1:", "SHC:/"))


def _read(fields: list[str]) -> ScannedCard:
    if digits_rewritten(fields[0]):
        return _unreadable("SCAN_KEYBOARD")
    if re.fullmatch(r"\d{12}", fields[0]) and len(fields) >= 4 and re.fullmatch(r"\d{8}", fields[3]):
        return _chip_card(fields)
    if len(fields) >= 5 and re.fullmatch(r"[\d*]{9,12}|", fields[0]) and _day(fields[2], "%Y-%m-%d"):
        return _personal_qr(fields)
    if len(fields) >= 5 and re.fullmatch(r"[A-Z]{2}[1-5]\d{12}|\d{10}", fields[0]):
        return _insurance_card(fields)
    if len(fields) > 1 and re.fullmatch(r"\d{9,12}", fields[0]):
        return _unreadable("SCAN_CUT_SHORT")
    return _unreadable("SCAN_FOREIGN")


def _chip_card(fields: list[str]) -> ScannedCard:
    number, old, name, born, sex, address, issued = (*fields, "", "", "")[:7]
    birth = _day(born, "%d%m%Y")
    verdict = _legible(name, sex) + (YES if birth else refuse("SCAN_CUT_SHORT"))
    known_sex = _SEXES.get(sex.lower(), Sex.UNKNOWN)
    if verdict.allowed and known_sex is Sex.UNKNOWN:
        verdict += refuse("SCAN_CUT_SHORT")
    numbers = [(IdSystem.CCCD, number)]
    if re.fullmatch(r"\d{9}|\d{12}", old):
        numbers.append((IdSystem.CMND9 if len(old) == 9 else IdSystem.CMND12, old))
    for system, value in numbers:
        verdict += check_identifier(system, value, sex=known_sex, birth_date=birth)[1]
    return ScannedCard(
        kind=ScanKind.CHIP_CARD if len(fields) <= 7 else ScanKind.CARD_2024,
        verdict=verdict,
        identifiers=tuple(numbers),
        full_name=name,
        birth_date=birth,
        sex=known_sex,
        address_text=address,
        issued_on=_day(issued, "%d%m%Y"),
        tail=max(len(fields) - 7, 0),
    )


def _personal_qr(fields: list[str]) -> ScannedCard:
    number, name, born, _, qid = fields[:5]
    extra = fields[5].split("<") if len(fields) > 5 else []
    numbers = [(IdSystem.CCCD if len(number) == 12 else IdSystem.CMND9, number)] if number.isdigit() else []
    if re.fullmatch(r"\d{10,20}", qid):
        numbers.append((IdSystem.QID, qid))
    numbers += [(IdSystem.BHYT15, part) for part in extra if re.fullmatch(r"[A-Z]{2}[1-5]\d{12}", part)]
    phones = [phone for part in extra if (phone := normalise_phone(part)[0])]
    return ScannedCard(
        kind=ScanKind.PERSONAL_QR,
        verdict=_legible(name, ""),
        identifiers=tuple(numbers),
        full_name=name,
        birth_date=_day(born, "%Y-%m-%d"),
        phone=phones[0] if phones else "",
        tail=max(len(fields) - 6, 0),
    )


def _insurance_card(fields: list[str]) -> ScannedCard:
    number, name, born, sex = fields[0], _from_hex(fields[1]), fields[2], fields[3]
    year_only = re.fullmatch(r"\d{4}", born) is not None
    birth = _day(f"01/01/{born}" if year_only else born, "%d/%m/%Y")
    verdict = _legible(name, "") + (YES if birth else refuse("SCAN_CUT_SHORT"))
    return ScannedCard(
        kind=ScanKind.BHYT_CARD,
        verdict=verdict,
        identifiers=((IdSystem.BHYT15 if len(number) == 15 else IdSystem.BHXH10, number),),
        full_name=name,
        birth_date=birth,
        birth_precision=BirthPrecision.YEAR if year_only else BirthPrecision.DAY,
        sex={"1": Sex.MALE, "2": Sex.FEMALE}.get(sex, Sex.UNKNOWN),
        address_text=_from_hex(fields[4]),
        tail=max(len(fields) - 5, 0),
    )


def _legible(name: str, sex: str) -> Verdict:
    if telex_typed(name, sex) or vni_typed(name, sex):
        return refuse("SCAN_KEYBOARD")
    if re.search(r"[?\ufffd]", f"{name}{sex}"):
        return refuse("SCAN_LETTERS_LOST")
    return clean_name(name)[1]


def _repaired(text: str) -> tuple[str, Verdict]:
    """Undo UTF-8 that was read as Windows-1252 or Latin-1, where undoing it gives text."""
    if not re.search("[\u00c2-\u00c6\u00e1\u00e2].?[\u0080-\u00bf\u0152-\u2122]", text):
        return text, YES
    raw = bytearray()
    for char in text:
        for codec in ("cp1252", "latin-1"):
            try:
                raw += char.encode(codec)
                break
            except UnicodeEncodeError:
                continue
        else:
            return text, YES
    try:
        return raw.decode("utf-8"), Verdict((Reason("SCAN_REPAIRED", Severity.NOTE),))
    except UnicodeDecodeError:
        return text, YES


def _from_hex(text: str) -> str:
    try:
        return nfc(bytes.fromhex(text).decode("utf-8"))
    except ValueError:
        return nfc(text)


def _day(text: str, shape: str) -> dt.date | None:
    try:
        # Only the calendar day is read from the card: a zone would move it.
        return dt.datetime.strptime(text, shape).date()  # noqa: DTZ007
    except ValueError:
        return None


def _unreadable(code: str) -> ScannedCard:
    return ScannedCard(kind=ScanKind.UNREADABLE, verdict=refuse(code))


def _with(card: ScannedCard, notes: Verdict) -> ScannedCard:
    return replace(card, verdict=card.verdict + notes)
