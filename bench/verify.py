"""HC1 texts read to a verdict a second, on one core, beside openssl's own verifications.

Each reading is the whole one: text to VALID, with key look-up, signature, country, use, schema and days.
Run: `.venv/bin/python bench/verify.py`.
"""

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.certificate_cast import KID, doses, signer
from bench.openssl_speed import ROUNDS, measured, p256_per_second, print_table
from tiemchung.certificates.formats import Outcome, TrustedKey, dcc, hc1, mrz, read, trust_list, uvci

TARGET = 0.40


def main() -> None:
    """Print the table and the ratio to openssl's verifications."""
    key, now = signer(), datetime(2026, 11, 22, tzinfo=UTC)
    texts = []
    for full_name, birth_date, product, maker, vaccine, number, of, given_on in doses(200):
        dose = dcc.VaccineDose(vaccine, product, maker, number, of, date.fromisoformat(given_on))
        payload = dcc.vaccination(dcc.Holder(*mrz.split_name(full_name), birth_date), dose, uvci.new_uvci())
        texts.append(hc1.issue(payload, signer=key, kid=KID, issued_at=now, expires_at=now + timedelta(days=365)))
    keys = trust_list([TrustedKey(KID, key.public_key, "VN")])

    def read_all() -> int:
        for text in texts:
            if read(text, keys=keys, now=now).outcome is not Outcome.VALID:
                raise SystemExit("a genuine text did not read as VALID")
        return len(texts)

    read_all()
    rows = [(p256_per_second().verifies, measured(read_all)) for _ in range(ROUNDS)]
    ratio = print_table("HC1 verdicts", "openssl ecdsap256 verifications", rows)
    print(f"BENCH verify ratio={ratio:.2f} target>={TARGET:.2f}")


if __name__ == "__main__":
    main()
