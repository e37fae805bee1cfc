"""`python -m tools.fuzz.one NAME CORPUS SEEDS [libFuzzer options]`: one target in this process, until it ends it."""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tiemchung.certificates.formats"]):
    # All of them now: what a reader imported later would be read without being watched.
    from tiemchung.certificates.formats import (  # noqa: F401
        base45,
        bloom,
        cose,
        dcc,
        deflate,
        hc1,
        holders,
        icao,
        jws,
        mrz,
        registry,
        revocation,
        safecbor,
        schema,
        shc,
        subclaims,
        trust,
        uvci,
        varhash,
    )

    registry.formats()

from tools.fuzz.promises import bounded
from tools.fuzz.targets import JOBS


def main(name: str, corpus: str, begin: str, options: list[str]) -> None:
    """Write the seeds, warm up, and fuzz; libFuzzer ends the process itself."""
    job = JOBS[name]
    seeds = job.begin()
    for place, seed in enumerate(seeds):
        (Path(begin) / f"{place:04}").write_bytes(seed)
        job.target(seed)  # tables are read at their first use: the clock must not see that
    arguments = [f"fuzz-{name}", corpus, begin, f"-max_len={job.longest}", "-timeout=60", "-print_final_stats=1"]
    atheris.Setup([*arguments, *options], bounded(job.target), enable_python_coverage=True)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:4], sys.argv[4:])
