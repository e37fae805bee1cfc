"""HC1 texts a second from committed doses, on one core, beside openssl's own signatures.

Each text is made from a plain person and dose: payload with value-set and schema checks, names in ICAO letters, a
new certificate number, signature, compression, Base45. Run: `.venv/bin/python bench/issue.py`.
"""

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.certificate_cast import KID, doses, signer
from bench.openssl_speed import ROUNDS, measured, p256_per_second, print_table
from tiemchung.certificates.formats import dcc, hc1, mrz, uvci

TARGET = 0.20


def main() -> None:
    """Print the table and the ratio to openssl's signatures."""
    committed, key = doses(200), signer()
    issued_at = datetime(2026, 11, 22, tzinfo=UTC)
    expires_at = issued_at + timedelta(days=365)

    def issue_all() -> int:
        for full_name, birth_date, product, maker, vaccine, number, of, given_on in committed:
            family, given = mrz.split_name(full_name)
            dose = dcc.VaccineDose(vaccine, product, maker, number, of, date.fromisoformat(given_on))
            payload = dcc.vaccination(dcc.Holder(family, given, birth_date), dose, uvci.new_uvci())
            hc1.issue(payload, signer=key, kid=KID, issued_at=issued_at, expires_at=expires_at)
        return len(committed)

    issue_all()
    rows = [(p256_per_second().signs, measured(issue_all)) for _ in range(ROUNDS)]
    ratio = print_table("HC1 texts", "openssl ecdsap256 signatures", rows)
    print(f"BENCH issue ratio={ratio:.2f} target>={TARGET:.2f}")


if __name__ == "__main__":
    main()
