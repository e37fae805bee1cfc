"""HC1 texts a second from committed doses, on one core, beside openssl's own signatures.

Each text is made from a plain person and dose: payload with value-set and schema checks, names in ICAO letters, a
new certificate number, signature, compression, Base45. Once with a key in memory, once with a key in a software token
(SoftHSM behind its process, batches of 500), whose own processor time is counted too.
Run: `.venv/bin/python bench/issue.py`.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.certificate_cast import KID, Committed, doses, signer
from bench.openssl_speed import ROUNDS, SECONDS, measured, p256_per_second, print_table
from tiemchung.certificates.formats import dcc, hc1, mrz, uvci
from tiemchung.certificates.keys.soft_token import soft_token
from tiemchung.certificates.keys.tokens import TokenKeyStore

TARGET, TOKEN_TARGET = 0.20, 0.12
BATCH = 500
ISSUED_AT = datetime(2026, 11, 22, tzinfo=UTC)
EXPIRES_AT = ISSUED_AT + timedelta(days=365)


def main() -> None:
    """Print both tables and the ratios to openssl's signatures."""
    key = signer()

    def issue_all() -> int:
        for payload in payloads(200):
            hc1.issue(payload, signer=key, kid=KID, issued_at=ISSUED_AT, expires_at=EXPIRES_AT)
        return 200

    issue_all()
    rows = [(p256_per_second().signs, measured(issue_all)) for _ in range(ROUNDS)]
    ratio = print_table("HC1 texts", "openssl ecdsap256 signatures", rows)
    print(f"BENCH issue ratio={ratio:.2f} target>={TARGET:.2f}")
    through_token()


def through_token() -> None:
    """Print the table of texts signed in a software token."""
    with TemporaryDirectory() as folder:
        place = soft_token(Path(folder) / "token")
        if place is None:
            print("issue_token: SoftHSM is not installed (bin/token)")
            return
        store = TokenKeyStore(place, Path(folder) / "wrong-pin", "bench")
        try:
            point = store.make_key()
            issue = token_issuer(lambda digests: store.sign_digests(point, digests))
            issue()
            rows = [(p256_per_second().signs, measured_with(store, issue)) for _ in range(ROUNDS)]
        finally:
            store.close()
    ratio = print_table("HC1 via token", "openssl ecdsap256 signatures", rows)
    print(f"BENCH issue_token ratio={ratio:.2f} target>={TOKEN_TARGET:.2f}")


def token_issuer(sign: Callable[[list[bytes]], list[bytes]]) -> Callable[[], int]:
    """Give what issues one batch: claims first, one message to the token, then the texts."""

    def issue() -> int:
        claims = [hc1.claims_text(p, issued_at=ISSUED_AT, expires_at=EXPIRES_AT) for p in payloads(BATCH)]
        signatures = sign([sha256(hc1.to_be_signed(each, KID)).digest() for each in claims])
        for each, signature in zip(claims, signatures, strict=True):
            hc1.signed_text(each, KID, signature)
        return BATCH

    return issue


def measured_with(store: TokenKeyStore, issue: Callable[[], int]) -> float:
    """Give how many a second of processor time, ours and the token's process's together."""
    done, begun = 0, process_time() + store.spent()
    while (spent := process_time() + store.spent() - begun) < SECONDS:
        done += issue()
    return done / spent


_COMMITTED: list[Committed] = doses(BATCH)


def payloads(count: int) -> Iterator[dict[str, object]]:
    """Give the payloads of so many committed doses, made anew each time."""
    for full_name, birth_date, product, maker, vaccine, number, of, given_on in _COMMITTED[:count]:
        family, given = mrz.split_name(full_name)
        dose = dcc.VaccineDose(vaccine, product, maker, number, of, date.fromisoformat(given_on))
        yield dcc.vaccination(dcc.Holder(family, given, birth_date), dose, uvci.new_uvci())


if __name__ == "__main__":
    main()
