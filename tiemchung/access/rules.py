"""Limits, one-time codes, puzzles, budgets and postings as pure decisions."""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from enum import StrEnum

from tiemchung.core.actor import Role
from tiemchung.core.verdict import YES, Verdict, refuse

CODE_LIFE = dt.timedelta(minutes=5)
TRIES_PER_CODE = 3
CODE_DIGITS = 6


class Purpose(StrEnum):
    """What a one-time code opens; a code for one purpose is worthless for another.

    REPORT sends a citizen's report, CASE_VIEW shows where it stands, HOLDER_LOOKUP goes to the number on file of a
    certificate's holder, CALLER to the number on file of somebody who calls the hotline.
    """

    CITIZEN_SIGN_IN = "citizen_sign_in"
    CLAIM_PERSON = "claim_person"
    REPORT = "report"
    CASE_VIEW = "case_view"
    HOLDER_LOOKUP = "holder_lookup"
    CALLER = "caller"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in `seconds`, as a leaky bucket (GCRA): bursts up to `count`, then evenly."""

    name: str
    count: int
    seconds: int

    @property
    def interval(self) -> dt.timedelta:
        """Give the time that one event costs."""
        return dt.timedelta(seconds=self.seconds / self.count)

    @property
    def slack(self) -> dt.timedelta:
        """Give how far ahead of the clock the bucket may run."""
        return dt.timedelta(seconds=self.seconds) - self.interval


# Figures of the threat list, M15 and I14. The country's messages and proofs are spread over SPREAD rows each, so that a
# busy hour does not queue at one row; its failures, a few a second at the most, stand in one.
PHONE_LIMITS = (Limit("code:minute", 1, 60), Limit("code:hour", 5, 3600), Limit("code:day", 10, 86400))
NETWORK_LIMIT = Limit("code:network", 30, 3600)
# Whoever knows a number can use up what strangers get for it. So a device that gave a code of this phone back before,
# and staff with the caller on the line, have budgets that no stranger touches (decision 013); nothing of a phone's day
# is without an end.
KNOWN_LIMITS = (
    Limit("code:known:minute", 1, 60), Limit("code:known:hour", 5, 3600), Limit("code:known:day", 10, 86400),
)  # fmt: skip
KNOWN_PHONE = Limit("code:known:phone", 20, 86400)
# Once strangers' codes of a phone are used up, a few are left for whoever asks from elsewhere: one for each provider's
# network that has had none, so that using these up too takes several networks and not only time.
RESERVE_LIMITS = (Limit("code:reserve:hour", 3, 3600), Limit("code:reserve:day", 6, 86400))
RESERVE_HERE = Limit("code:reserve:here", 1, 21600)
STAFF_LIMITS = (Limit("code:staff:minute", 1, 60), Limit("code:staff:day", 5, 86400))
DEVICE_LIFE = dt.timedelta(days=180)
MOST_DEVICES = 5  # of one phone; the one that was used least lately is forgotten
SPREAD = 16
COUNTRY_SMS = Limit("code:country", 48_000, 3600)
COUNTRY_RESERVE = Limit("code:country:reserve", 12_000, 3600)  # for known devices and staff once all else is used up
COUNTRY_FAILURES = Limit("code:failures", 800, 600)
FACT_LIMITS = (Limit("fact:hour", 5, 3600), Limit("fact:day", 10, 86400))
# Staff sign-in: tries are counted before they are judged and given back when they were right, so that neither many
# parallel guesses nor a busy morning's sign-ins behind one address are miscounted. One address can shut a name out
# only for itself; all addresses together get 100 guesses an hour at a password of twelve characters or more.
PASSWORD_HERE = Limit("password:here", 10, 900)
PASSWORD_ACCOUNT = Limit("password:account", 100, 3600)
PASSWORD_NETWORK = Limit("password:network", 200, 900)
FACTOR_LIMITS = (Limit("factor:minutes", 5, 300), Limit("factor:day", 30, 86400))
# Look-ups and reports (M17). What is asked about is counted with the network that asks: whoever knows a number can use
# up their own questions about it, not its holder's. Every answer is the same and a code goes to the phone on file
# alone, so nothing is learnt by asking from many networks; past LOOKUP_FLOOD somebody is alarmed instead. A device
# that has proved the holder's phone before has questions and codes of its own.
LOOKUP_HERE = Limit("lookup:here", 5, 86400)
LOOKUP_NETWORK = Limit("lookup:network", 20, 3600)
LOOKUP_CODES = Limit("lookup:codes", 5, 86400)
LOOKUP_DEVICE = Limit("lookup:device", 5, 86400)
LOOKUP_FLOOD = Limit("lookup:flood", 40, 86400)
LOOKUP_ALARM = Limit("lookup:alarm", 1, 86400)
# Stolen lists are tried from many networks, each within its limits (I13: 27,000 numbers, 98 of 100 unknown): what tells
# them from people is that hardly any question fits anybody. One alarm an hour.
STUFFING_ASKED, STUFFING_LEAST_FITTING = 200, 0.10
STUFFING_ALARM = Limit("lookup:stuffing", 1, 3600)
STATUS_NETWORK = Limit("status:network", 60, 3600)
REPORT_PHONE = Limit("report:phone", 5, 86400)
REPORT_PROVED = Limit("report:proved", 5, 86400)  # of whoever has proved the phone: strangers use up the other one
# A family of ten has its day; a phone that stands for hundreds is told no more than this of new doses.
NOTICE_PHONE = Limit("notice:phone", 10, 86400)
# Wider than the others: hundreds of households stand behind one address of a mobile carrier, and 800,000 reports came
# in four days. What is begun and what is attached costs room, so it is counted too.
REPORT_NETWORK = Limit("report:network", 300, 3600)
DRAFT_NETWORK = Limit("draft:network", 600, 3600)
UPLOAD_NETWORK = Limit("upload:network", 1500, 3600)
# Codes that a verifier holds for ours and does not find; a border's gates stand behind one address.
UNKNOWN_CODE_NETWORK = Limit("unknown-code:network", 60, 3600)
# Proof of work (M18). A puzzle costs its solver between the two numbers of key derivations, each of PUZZLE_ROUNDS
# rounds of PBKDF2 (about 1 ms on a desk machine of 2024); a network that asks for very many and a country where proofs
# are spent faster than people could ask HARDER times as much. More derivations and not longer ones: what the server
# itself pays to make a puzzle stays one derivation.
PUZZLE_LIFE = dt.timedelta(minutes=10)
PUZZLE_ROUNDS = 2000
PUZZLE_TRIES = (1000, 2000)
HARDER = 8
PUZZLE_NETWORK = Limit("puzzle:network", 600, 3600)
COUNTRY_PROOFS = Limit("proof:country", 60_000, 600)
# Without scripts there is no proof; the code to the phone stands behind, and these before it.
NO_SCRIPT_NETWORK = Limit("noscript:network", 3, 3600)
NO_SCRIPT_COUNTRY = Limit("noscript:country", 1600, 3600)
PREFIX_WATCH_SENDS = 200
PREFIX_LEAST_VERIFIED = 0.20


class Trust(StrEnum):
    """Who asks for a code: anybody, a device that gave one of this phone back before, or staff with a caller."""

    STRANGER = "stranger"
    KNOWN = "known"
    STAFF = "staff"


def code_budget(trust: Trust, *, phone: str, device: str, network: str) -> tuple[tuple[Limit, str], ...]:
    """Give the limits that one code counts against, each with its subject.

    `phone` and `device` are names of theirs that nobody can read, `network` is an address. No subject of strangers is
    one of a known device's or of staff's, so none can use up another's.
    """
    if trust is Trust.KNOWN:
        return (*((limit, device) for limit in KNOWN_LIMITS), (KNOWN_PHONE, phone))
    limits = STAFF_LIMITS if trust is Trust.STAFF else PHONE_LIMITS
    return (*((limit, phone) for limit in limits), (NETWORK_LIMIT, network_of(network)))


def reserve_budget(*, phone: str, network: str) -> tuple[tuple[Limit, str], ...]:
    """Give what a stranger's code counts against when the ordinary ones of its phone are used up."""
    of_phone = ((limit, phone) for limit in (PHONE_LIMITS[0], *RESERVE_LIMITS))
    return (*of_phone, (RESERVE_HERE, reserve_subject(phone, network)), (NETWORK_LIMIT, network_of(network)))


def reserve_subject(phone: str, network: str) -> str:
    """Give the name under which a phone's codes are counted that were asked for from one provider's network."""
    return f"{phone}:{_network(network, v4=16, v6=32)}"


def network_of(address: str) -> str:
    """Give the network that a limit counts: /24 of IPv4, /56 of IPv6; one bucket for what cannot be read."""
    return _network(address, v4=24, v6=56)


def _network(address: str, *, v4: int, v6: int) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    bits = v4 if ip.version == 4 else v6
    return str(ipaddress.ip_network(f"{ip}/{bits}", strict=False))


def prefix_of(phone: str) -> str:
    """Give the number range that pumping is watched by: the first seven characters, +84 and four digits."""
    return phone[:7]


def prefix_paused(sent: int, verified: int) -> bool:
    """Tell whether a range of numbers is paused: codes go there and hardly any comes back (I14)."""
    return sent >= PREFIX_WATCH_SENDS and verified < sent * PREFIX_LEAST_VERIFIED


def is_stuffing(asked: int, fitting: int) -> bool:
    """Tell whether an hour's look-ups are a list being tried, and not people asking for themselves."""
    return asked >= STUFFING_ASKED and fitting < asked * STUFFING_LEAST_FITTING


def may_receive_code(phone: str) -> Verdict:
    """Say whether a code may be sent: Vietnamese mobile numbers only, foreign ranges are what pumping pays for."""
    mobile = phone.startswith("+84") and len(phone) == 12 and phone[3] in "35789" and phone[1:].isdigit()
    return YES if mobile else refuse("PHONE_NOT_MOBILE")


@dataclass(frozen=True, slots=True)
class PlaceNeeded:
    """What a posting of a role must name."""

    facility: bool
    area: bool


PLACE_OF_ROLE: dict[Role, PlaceNeeded] = {
    Role.VACCINATOR: PlaceNeeded(True, False),
    Role.FACILITY_LEAD: PlaceNeeded(True, False),
    Role.COMMUNE_OFFICER: PlaceNeeded(False, True),
    Role.DISTRICT_OFFICER: PlaceNeeded(False, True),
    Role.DATA_CORRECTOR: PlaceNeeded(False, True),
    Role.PROVINCE_OFFICER: PlaceNeeded(False, True),
    Role.MINISTRY_OFFICER: PlaceNeeded(False, False),
    Role.HOTLINE_AGENT: PlaceNeeded(False, False),
    Role.ADMIN: PlaceNeeded(False, False),
}


# Roles that exist only where and from when they were opened: the corrector came to one province first (R47).
SWITCHED_ROLES = frozenset({Role.DATA_CORRECTOR})


def may_post(role: Role, *, facility: bool, area: bool, open_there: bool = True) -> Verdict:
    """Say whether a posting names what its role needs and nothing that would widen it, where the role exists."""
    needed = PLACE_OF_ROLE[role]
    if needed.facility and not facility:
        return refuse("POSTING_NEEDS_FACILITY")
    if needed.area and not area:
        return refuse("POSTING_NEEDS_AREA")
    if (facility and not needed.facility) or (area and not needed.area):
        return refuse("POSTING_NAMES_TOO_MUCH")
    return YES if open_there else refuse("ROLE_NOT_OPEN_THERE")


def may_open_role(role: Role) -> Verdict:
    """Say whether a role is one that is opened by data; all others exist everywhere."""
    return YES if role in SWITCHED_ROLES else refuse("ROLE_OPEN_EVERYWHERE")


def may_close_role(on: dt.date, today: dt.date) -> Verdict:
    """Say whether a role may be closed from a day on: whom it let be posted until today stays rightly posted."""
    return refuse("ROLE_CLOSE_PAST") if on < today else YES


LEAST_REASON = 10  # characters that a stated reason has at least


def must_say_why(because: str) -> Verdict:
    """Say whether a reason is long enough to be understood later."""
    return YES if len(because.strip()) >= LEAST_REASON else refuse("REASON_MISSING")


def may_end_posting(valid_to: dt.date | None, on: dt.date, today: dt.date) -> Verdict:
    """Say whether a posting may end on that day: from today on, and never later than it ends already.

    What was done under it stays done, so that no day that is over loses its posting.
    """
    if valid_to is not None and valid_to <= today:
        return refuse("POSTING_OVER")
    if on < today:
        return refuse("POSTING_END_PAST")
    if valid_to is not None and valid_to < on:
        return refuse("POSTING_ENDS_SOONER")
    return YES


# How many different persons one member of staff may see on one day of Vietnam (I10): a day's work and no more.
_SEEN_AT_A_FACILITY, _SEEN_AT_A_DESK = 600, 1000
_SEEN_BY_ROLE = {
    Role.HOTLINE_AGENT: 150,
    Role.MINISTRY_OFFICER: 300,
    Role.VACCINATOR: _SEEN_AT_A_FACILITY,
    Role.FACILITY_LEAD: _SEEN_AT_A_FACILITY,
}


def seen_budget(role: Role) -> int:
    """Give how many different persons staff of this role may see in a day."""
    return _SEEN_BY_ROLE.get(role, _SEEN_AT_A_DESK)
