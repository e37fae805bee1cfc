"""One of the processes that make signatures, or write rows by COPY, and nothing else, side by side as the runs do.

`reference_worker.py sign|verify COUNT` or `copy TABLE COLUMNS LINES NUMBER OF AT_ONCE`. It prints the seconds of
processor that it took, its own start left out.
"""

import os
import sys
import time
from itertools import batched
from pathlib import Path


def main() -> None:
    """Do one of the three and tell what it took."""
    asked = {"sign": _sign, "verify": _verify, "copy": _copy}[sys.argv[1]]
    print(f"{asked(*sys.argv[2:]):.4f}")


def _wait() -> float:
    """Wait until all are ready; give the processor seconds so far."""
    print("ready", flush=True)
    sys.stdin.readline()
    return time.process_time()


def _sign(count: str) -> float:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key, algorithm, message = ec.generate_private_key(ec.SECP256R1()), ec.ECDSA(hashes.SHA256()), bytes(380)
    begun = _wait()
    for _ in range(int(count)):
        key.sign(message, algorithm)
    return time.process_time() - begun


def _verify(count: str) -> float:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key, algorithm, message = ec.generate_private_key(ec.SECP256R1()), ec.ECDSA(hashes.SHA256()), bytes(380)
    made, public = [key.sign(message, algorithm) for _ in range(1000)], key.public_key()
    begun = _wait()
    for n in range(int(count)):
        public.verify(made[n % 1000], message, algorithm)
    return time.process_time() - begun


def _copy(table: str, columns: str, lines: str, number: str, of: str, at_once: str) -> float:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiemchung.settings")
    import django

    django.setup()
    from django.db import connection

    connection.ensure_connection()
    begun = _wait()
    with connection.cursor() as cursor, Path(lines).open("rb") as source:
        for place, some in enumerate(batched(source, int(at_once), strict=False)):
            if place % int(of) == int(number):
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as sink:
                    sink.write(b"".join(some))
    return time.process_time() - begun


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
