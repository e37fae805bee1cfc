"""The drill of a compromised key, on a database of its own: who says it, when everybody knows, when all have a new one.

First the key store goes away while doses are recorded, and is back (threats M8). Then one facility's key is declared
bad since before it signed, another's since the middle of what it signed, and last a key of the centre since the middle
of what it signed, each by two people. Printed is the time of each step, and checked is what must hold at its end: what
rested on the key is revoked and in the published lists, everybody honest has a new certificate that a stranger verifies
with the new lists alone, all others are as before. Of the centre's key nothing is believed any more, from whatever day,
and the new certificates are believed by a device that has been offline since before: the key that signs them was a
spare in its list. Run: `make bench WHAT=compromise`; COMPROMISE_PEOPLE=2000 says how many.
"""

import datetime as dt
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import batched
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.kit.home import enter_home, own_database

PEOPLE = int(os.environ.get("COMPROMISE_PEOPLE", "2000"))
KNOWN_WITHIN = 300.0  # seconds from the second person's word to the published list (threats M28)
_KEYS = tuple(f"certificates_{name}" for name in ("signingkey", "facilitykey", "authority", "revocationorder"))
BUSY = 4  # facilities that give the doses of the outage
TARGET = 500  # certificates made anew in a second (threats M28), doses signed after an outage with theirs (M8)


def main() -> None:
    """Hold the drill and print its timeline; ends with 1 where something does not hold."""
    home = enter_home("drill")
    os.environ["TIEMCHUNG_DB_ROLE"] = "owner"  # the stage is emptied at the beginning
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiemchung.settings")
    with own_database(home), TemporaryDirectory() as folder:
        import django

        django.setup()
        Drill(Path(folder)).hold()


class Drill:
    """One drill: the stage, the clock of its timeline, and what was in force before."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.begun = folder, time.monotonic()
        self.rate = 0.0
        self.drained = 0.0
        self.longest = 0.0
        self.middle = dt.datetime.now(dt.UTC)  # half of the people have signatures from before it, half from after it

    def hold(self) -> None:
        """Hold all parts."""
        facilities = self.set_stage()
        self.part("the key store goes away")
        self.outage(facilities)
        self.part("a facility's key, since before it signed")
        self.facility_key(facilities[0], self.middle - dt.timedelta(hours=2))
        self.part("a facility's key, since the middle of what it signed")
        self.facility_key(facilities[1], self.middle)
        self.part("a key of the centre, since the middle of what it signed")
        self.central_key()
        print(f"BENCH compromise published_s={self.longest:.1f} target<={KNOWN_WITHIN:.0f}")
        print(f"BENCH compromise reissued_per_s={self.rate:.0f} target>={TARGET}")
        print(f"BENCH compromise drained_per_s={self.drained:.0f} target>={TARGET}")

    def set_stage(self) -> list[UUID]:
        """Give everybody a passport, half of them an hour ago and half of them half an hour ago."""
        from django.db import connection

        from bench.kit.sign_stage import allow_central_run, allow_facility_runs, set_people
        from tiemchung.certificates.actions import central_key, keep_spare
        from tiemchung.certificates.rules import KeyPurpose
        from tiemchung.core import clock
        from tiemchung.core.actor import SYSTEM

        at = clock.now() - dt.timedelta(hours=1)
        with connection.cursor() as cursor:  # the keys of the drill before
            cursor.execute(f"TRUNCATE {', '.join(_KEYS)}")
        store = new_token()
        for purpose in KeyPurpose:
            central_key(purpose, by=SYSTEM, at=at)
        keep_spare(KeyPurpose.PASSPORT, by=SYSTEM, at=at)
        facilities = set_people(PEOPLE, at, self.folder)
        people = self.people()
        for some in (people[::2], people[1::2]):
            review(some, at)
            allow_facility_runs(facilities, at, self.folder)
            work_facilities(at)
            allow_central_run(at, self.folder)
            work_centre(at)
            at += dt.timedelta(minutes=30)
        self.middle = at - dt.timedelta(minutes=45)
        expect(len(in_force()) == PEOPLE, "everybody has a passport")
        print(f"{PEOPLE} people have a passport, signed by {len(facilities)} facilities, in {store}")
        return facilities

    def people(self) -> list[UUID]:
        """Give everybody on the stage."""
        raw = (self.folder / "people").read_bytes()
        return [UUID(bytes=raw[n : n + 16]) for n in range(0, len(raw), 16)]

    def outage(self, facilities: list[UUID]) -> None:
        """The token goes away and comes back: every dose is taken, none is signed without it, all are made up for.

        The doses are of few facilities, so that what is measured is signing: a run costs some 25 ms for itself.
        """
        from bench.kit.sign_stage import allow_central_run, allow_facility_runs
        from tiemchung.core import clock

        if not in_token():
            self.say("left out: there is no token here (bin/token)")
            return
        at, before = clock.now() - dt.timedelta(minutes=5), in_force()
        people, busy = self.people()[: min(PEOPLE, 1000)], facilities[:BUSY]
        with token_away():
            give_doses(people, busy, at)
            self.say(f"{len(people)} doses recorded without the token, all taken")
            review(people, at)
            allow_facility_runs(busy, at, self.folder)
            allow_central_run(at, self.folder)
            work_facilities(at)
            work_centre(at)
            expect(unsigned() == len(people), "no dose is signed without its key")
            expect(in_force() == before, "and no passport goes or comes")
        self.say("the token is back")
        begun = time.monotonic()
        work_facilities(clock.now())
        work_centre(clock.now())
        self.drained = len(people) / (time.monotonic() - begun)
        self.say(f"{len(people)} doses signed and in new certificates, {self.drained:.0f} a second")
        expect(unsigned() == 0, "every dose is signed")
        after = in_force()
        expect(all(after.get(p) not in {None, before[p]} for p in people), "and states itself in a new passport")
        expect(all(map(believed(), texts(people))), "that a stranger verifies")

    def facility_key(self, bad: UUID, since: dt.datetime) -> None:
        """One facility's key is bad since a moment; what it signed before, and everybody else's, stays."""
        from tiemchung.certificates.actions import make_facility_key, order_revocation
        from tiemchung.certificates.reads import facility_key_of
        from tiemchung.certificates.rules import OrderTarget
        from tiemchung.core import clock

        key = facility_key_of(bad, clock.now())
        assert key is not None
        before, resting = in_force(), resting_on(key.kid, since)
        first, second = officer(), officer()
        order = order_revocation(
            target=OrderTarget.FACILITY_KEY, kid=key.kid, since=since, because="khóa bị lộ, diễn tập", by=first,
            at=clock.now(),
        )  # fmt: skip
        self.say("asked by the first person")
        expect(facility_key_of(bad, clock.now()) is not None, "one person alone stops no key")
        self.agree(order, first, second)
        expect(facility_key_of(bad, clock.now()) is None, "the key signs no more")
        self.revoke(resting, before)
        after = in_force()
        expect(set(before) - set(after) == resting, "exactly those fell whose passport rests on the key")
        expect(all(after[p] == before[p] for p in after), "all others are as before")
        make_facility_key(facility_id=bad, at=clock.now())
        self.say("a new key made for the facility")
        self.again(resting, lambda: sign_facility(bad, self.folder))

    def central_key(self) -> None:
        """A key of the centre is bad: everything that it signed falls, of whatever day, and is made anew."""
        from tiemchung.certificates.actions import central_key, order_revocation
        from tiemchung.certificates.reads import published_abroad
        from tiemchung.certificates.rules import KeyPurpose, OrderTarget
        from tiemchung.core import clock
        from tiemchung.core.actor import SYSTEM

        key, before = central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=clock.now()), in_force()
        old, offline, at_hand = texts(before), keys_of_devices(), keys_abroad()
        expect(all(map(believed(at_hand), old)), "every code is believed before")
        first, second = officer(), officer()
        order = order_revocation(
            target=OrderTarget.CENTRAL_KEY, kid=bytes(key.kid), since=self.middle, because="khóa bị lộ, diễn tập",
            by=first, at=clock.now(),
        )  # fmt: skip
        self.say("asked by the first person")
        self.agree(order, first, second)
        listed = {each.certificate for each in published_abroad(clock.now())}
        expect(bytes(key.certificate) not in listed, "the key is in no published list any more")
        newer = central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=clock.now())
        expect(newer.kid != key.kid, "another key signs")
        expect(not any(map(believed(), old)), "no code of the key is believed, from before the day nor after it")
        self.say("another key signs; no old code is believed with the new list")
        self.revoke(set(before), before)
        self.again(set(before), lambda: None)
        expect(all(map(believed(offline), texts(before))), "also by a device that has been offline since before")
        self.say("believed by devices that have been offline since before")

    def agree(self, order: UUID, first: object, second: object) -> None:
        """Let the first person try to agree to their own order, and then the second one agree."""
        from tiemchung.certificates.actions import decide_order
        from tiemchung.certificates.rules import Factor, FactorProof
        from tiemchung.core import clock
        from tiemchung.core.verdict import Refused

        at = clock.now()
        proof = FactorProof(Factor.PASSKEY, at)
        try:
            decide_order(order_id=order, agree=True, by=first, at=at, proof=proof, because="diễn tập, tự duyệt")  # type: ignore[arg-type]
        except Refused:
            self.say("the first person cannot be the second")
        else:
            expect(False, "whoever asked must not decide")
        decide_order(order_id=order, agree=True, by=second, at=at, proof=proof, because="đồng ý, diễn tập")  # type: ignore[arg-type]
        self.agreed = time.monotonic()
        self.say("agreed by the second person")

    def revoke(self, fallen: set[UUID], before: dict[UUID, str]) -> None:
        """Carry out the order and publish; every fallen number is in the list, and known online at once."""
        from tiemchung.certificates.actions.order_work import work_orders
        from tiemchung.certificates.actions.revocation_lists import publish_revocations
        from tiemchung.certificates.reads import trust_list
        from tiemchung.certificates.reads.states import state_of_number
        from tiemchung.core import clock

        while work_orders(clock.now()):
            pass
        self.say(f"{len(fallen)} certificates revoked")
        while publish_revocations(at=clock.now()):
            pass
        self.longest = max(self.longest, time.monotonic() - self.agreed)
        self.say("published in the lists")
        hashes = {hash_of(before[person]) for person in fallen}
        listed = set(trust_list(clock.now())["revoked"])
        expect({base64_of(each) for each in hashes} <= listed, "every number that fell is in the list")
        for each in list(hashes)[:50]:
            expect(str(state_of_number(each, clock.now())) in {"REVOKED", "REPLACED"}, "and known online")

    def again(self, fallen: set[UUID], sign: Callable[[], object]) -> None:
        """Give everybody honest a new certificate, and let a stranger verify each with the new list alone."""
        from bench.kit.sign_stage import allow_central_run
        from tiemchung.core import clock

        begun = time.monotonic()
        sign()
        allow_central_run(clock.now(), self.folder)
        work_centre(clock.now())
        rate = len(fallen) / (time.monotonic() - begun)
        self.rate = rate  # of the last part: the first is too few people to be a measure
        self.say(f"{len(fallen)} have a new certificate, {rate:.0f} a second")
        expect(len(in_force()) == PEOPLE, "everybody has a passport again")
        expect(all(map(believed(), texts(fallen))), "a stranger verifies every new certificate")

    def part(self, name: str) -> None:
        """Begin a part of the timeline."""
        print(f"\n{name}")
        self.begun = time.monotonic()

    def say(self, what: str) -> None:
        """Print one line of the timeline."""
        print(f"  {time.monotonic() - self.begun:7.2f} s  {what}")


def expect(holds: bool, what: str) -> None:
    """End the drill where something does not hold."""
    if not holds:
        raise SystemExit(f"DOES NOT HOLD: {what}")


def officer() -> object:
    """Give an officer of the ministry."""
    from tiemchung.core.actor import Actor, Kind, Role

    return Actor(kind=Kind.STAFF, id=uuid4(), name="Cán bộ", role=Role.MINISTRY_OFFICER, trace="drill")


def in_force() -> dict[UUID, str]:
    """Give the number of the passport in force of each person."""
    from tiemchung.certificates.models import Certificate

    return dict(Certificate.objects.filter(kind="PASSPORT", state="ISSUED").values_list("person_id", "uvci"))


def texts(persons: Iterable[UUID]) -> list[str]:
    """Give the codes in force of these persons."""
    from tiemchung.certificates.models import Certificate

    mine = Certificate.objects.filter(kind="PASSPORT", state="ISSUED", person_id__in=list(persons))
    return list(mine.values_list("hc1", flat=True))


def resting_on(kid: bytes, since: dt.datetime) -> set[UUID]:
    """Give the persons of whose doses one is signed by this key since then; in this stage a profile is its person."""
    from tiemchung.certificates.models import DoseSignature

    signed = DoseSignature.objects.filter(kid=kid, voided_at=None, signed_at__gte=since)
    return set(signed.values_list("profile_id", flat=True))


def keys_abroad() -> list[bytes]:
    """Give the certificates of the keys that we publish now."""
    from tiemchung.certificates.reads import published_abroad
    from tiemchung.core import clock

    return [key.certificate for key in published_abroad(clock.now()) if key.usage == "DSC"]


def keys_of_devices() -> list[bytes]:
    """Give the certificates of the keys in the list that the verifier app fetches now."""
    import base64

    from tiemchung.certificates.reads.trusted import verifier_list
    from tiemchung.core import clock

    return [base64.b64decode(key["certificate"]) for key in verifier_list(clock.now())["keys"]]


def believed(certificates: Iterable[bytes] | None = None) -> Callable[[str], bool]:
    """Give what a stranger does: read a code with our published revocations, and keys of now or these alone."""
    from tiemchung.certificates.formats import Outcome, read, trust_list
    from tiemchung.certificates.formats.trust import key_of_certificate
    from tiemchung.certificates.reads import trust_list as home_list
    from tiemchung.core import clock

    now = clock.now()
    keys = trust_list([key_of_certificate(one) for one in (keys_abroad() if certificates is None else certificates)])
    listed = set(home_list(now)["revoked"])

    def valid(code: str) -> bool:
        answer = read(code, keys=keys, now=now, revoked=lambda h: any(base64_of(e) in listed for e in h.listed()))
        return answer.outcome is Outcome.VALID

    return valid


def review(people: Iterable[UUID], at: dt.datetime) -> None:
    """Do step 1 for these: who is eligible, and what is to be signed."""
    from tiemchung.certificates.actions import refresh_passports

    for some in batched(people, 500, strict=False):
        refresh_passports(person_ids=some, at=at)


def new_token() -> str:
    """Let new keys be made in a software token of this drill alone, where there is one; give the name of the store."""
    from tiemchung.certificates.keys import config, forget_stores, new_key_store
    from tiemchung.certificates.keys.soft_token import keep_soft_token

    shutil.rmtree(config.folder() / "token", ignore_errors=True)
    (config.folder() / "store.toml").unlink(missing_ok=True)
    forget_stores()
    keep_soft_token(config.folder())
    return new_key_store().name


def in_token() -> bool:
    """Tell whether the drill's keys are in a token."""
    from tiemchung.certificates.keys import config, new_key_store

    return new_key_store().name == config.TOKEN


@contextmanager
def token_away() -> Iterator[None]:
    """The token is not there."""
    from tiemchung.certificates.keys import config, forget_stores

    here = config.folder() / "token" / "tokens"
    forget_stores()
    here.rename(here.with_name("away"))
    here.mkdir()
    try:
        yield
    finally:
        here.rmdir()
        here.with_name("away").rename(here)


def give_doses(people: Iterable[UUID], facilities: list[UUID], at: dt.datetime) -> None:
    """Put a booster of each of these on record, as the desk of one facility after the other does."""
    from tiemchung.core.actor import SYSTEM, Actor, Kind, Role
    from tiemchung.core.clock import local
    from tiemchung.doses.actions import record_dose
    from tiemchung.doses.values import DoseFacts
    from tiemchung.vaccines.actions import add_lot

    today, number = local(at).date(), f"D{uuid4().hex[:8]}"
    kept = add_lot(
        product="PFIZER", number=number, expires_on=today + dt.timedelta(days=90), by=SYSTEM, at=at, key=number
    )
    for n, person in enumerate(people):
        place = facilities[n % len(facilities)]
        nurse = Actor(
            kind=Kind.STAFF, id=uuid4(), name="Điều dưỡng", role=Role.VACCINATOR, facility_id=place, trace="drill"
        )
        facts = DoseFacts(
            "PFIZER", today, lot_id=kept.id, lot_number=number, given_at=at, facility_id=place, place_name="Trạm Y tế",
            vaccinator_id=nurse.id,
        )  # fmt: skip
        record_dose(by=nurse, at=at, key=f"drill-{person}", profile_id=person, facts=facts, because="diễn tập")


def unsigned() -> int:
    """Give how many recorded doses wait for their facility's signature."""
    from tiemchung.doses.models import Dose

    return Dose.objects.exclude(state="SIGNED").count()


def sign_facility(facility: UUID, folder: Path) -> None:
    """Let the facility's lead allow the signature again, and sign."""
    from bench.kit.sign_stage import allow_facility_runs
    from tiemchung.core import clock

    at = clock.now()
    allow_facility_runs([facility], at, folder)
    work_facilities(at)


def work_facilities(at: dt.datetime) -> None:
    """Do what the worker does for allowed runs of facilities."""
    from tiemchung.certificates.tasks.passports import work_facility_runs

    while work_facility_runs(at):
        pass


def work_centre(at: dt.datetime) -> None:
    """Do what the worker does for the centre's runs."""
    from tiemchung.certificates.actions.central_signing import work_central_runs

    while work_central_runs(at):
        pass


def hash_of(number: str) -> bytes:
    """Give the hash under which a number is listed."""
    from tiemchung.certificates.formats.revocation import hash_of_number

    return hash_of_number(number)


def base64_of(raw: bytes) -> str:
    """Give the text of a hash in the list."""
    import base64

    return base64.b64encode(raw).decode()


if __name__ == "__main__":
    main()
