"""`python -m tools.agent_wheel FOLDER`: the signing program of a signer's own computer as one wheel, without the rest.

The same sources give the same bytes: whoever hands the file over may compare its SHA-256 with anybody else's.
"""

import base64
import sys
import tomllib
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ROOT = Path(__file__).parents[1]
AGENT = "tiemchung/certificates/agent"
NAME = "tiemchung_signing_agent"
COMMAND = "tiemchung-sign"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


def build_wheel(folder: Path) -> Path:
    """Write the wheel into a folder and give its path; it holds the program, its licence and its one command."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    about = f"{NAME}-{project['version']}.dist-info"
    files = {path: (ROOT / path).read_bytes() for path in _sources()}
    files |= {f"{about}/{name}": text.encode() for name, text in _about(project).items()}
    files[f"{about}/licenses/LICENSE"] = (ROOT / "LICENSE").read_bytes()
    lines = [f"{path},sha256={_digest(body)},{len(body)}" for path, body in files.items()]
    files[f"{about}/RECORD"] = "\n".join([*lines, f"{about}/RECORD,,", ""]).encode()
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{NAME}-{project['version']}-py3-none-any.whl"
    with ZipFile(wheel, "w", ZIP_DEFLATED) as packed:
        for path, body in files.items():
            entry = ZipInfo(path, _LONG_AGO)
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
            packed.writestr(entry, body)
    return wheel


def _sources() -> list[str]:
    above = ["tiemchung/__init__.py", "tiemchung/certificates/__init__.py"]
    return above + sorted(f"{AGENT}/{path.name}" for path in (ROOT / AGENT).glob("*.py"))


def _about(project: dict[str, object]) -> dict[str, str]:
    """Give the texts of the distribution's own folder (packaging.python.org, binary distribution format)."""
    needed = [one for one in project["dependencies"] if str(one).startswith("cryptography")]  # type: ignore[attr-defined]
    told = [
        ("Metadata-Version", "2.4"), ("Name", NAME.replace("_", "-")), ("Version", project["version"]),
        ("Summary", "Signs the doses of a facility with a key in its signer's own hands."),
        ("License-Expression", project["license"]), ("License-File", "LICENSE"),
        ("Requires-Python", project["requires-python"]), *(("Requires-Dist", one) for one in needed),
    ]  # fmt: skip
    return {
        "METADATA": "".join(f"{name}: {value}\n" for name, value in told),
        "WHEEL": "Wheel-Version: 1.0\nGenerator: tiemchung\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "entry_points.txt": f"[console_scripts]\n{COMMAND} = tiemchung.certificates.agent.__main__:main\n",
    }


def _digest(body: bytes) -> str:
    return base64.urlsafe_b64encode(sha256(body).digest()).decode().rstrip("=")


def main() -> int:
    """Build it and say where it lies and what its SHA-256 is."""
    wheel = build_wheel(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    sys.stdout.write(f"{wheel}\nSHA-256 {sha256(wheel.read_bytes()).hexdigest()}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
