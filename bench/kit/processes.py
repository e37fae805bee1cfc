"""Processor time and memory of running processes, read from /proc (Linux)."""

import os
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
# Fields of /proc/<pid>/stat behind the name, which may hold blanks and brackets itself.
_PARENT, _USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM = 1, 11, 12, 13, 14


def need_proc() -> None:
    """End the bench where the system has no /proc to read."""
    if not (_PROC / "self" / "smaps_rollup").exists():
        raise SystemExit("This bench reads /proc of Linux, which this system does not have. Run it on Linux.")


def tree_of(pid: int) -> list[int]:
    """Give the process and all that it started, directly or not."""
    children: dict[int, list[int]] = {}
    for one in _all():
        with suppress(OSError):
            children.setdefault(int(_stat(one)[_PARENT]), []).append(one)
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.get(one, [])
    return found


def postgres_of(data: Path) -> list[int]:
    """Give the processes of the server on this data directory: all of them stand in it."""
    found = []
    for one in _all():
        with suppress(OSError):
            if os.readlink(_PROC / str(one) / "cwd") == str(data):
                found.append(one)
    return found


def processor_seconds(pids: list[int]) -> float:
    """Give the seconds of processor time of the processes, with those of their children that have ended."""
    ticks = 0
    for pid in pids:
        with suppress(OSError):
            stat = _stat(pid)
            ticks += sum(int(stat[field]) for field in (_USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM))
    return ticks / TICKS


def pss_bytes(pid: int) -> int:
    """Give the memory of a process, what it shares counted by its share; 0 once it has ended.

    Raises PermissionError for a process of another account.
    """
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def title_of(pid: int) -> str:
    """Give the command line of a process, as `ps` shows it."""
    with suppress(OSError):
        return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    return ""


def _all() -> list[int]:
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str]:
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
