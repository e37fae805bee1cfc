"""Lighthouse by npm, in a folder of the benches' home: one page's loading on a slow network."""

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bench.kit.home import free_ports
from tiemchung.core.install import CHECKOUT

# The last line of versions that still runs on Node 18.
VERSION = "12.8.2"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


@dataclass(frozen=True, slots=True)
class Network:
    """A simulated network: round trip in ms, throughput in kilobits a second."""

    name: str
    rtt_ms: int
    kbps: float


SLOW_4G = Network("slow 4G", 150, 1638.4)  # Lighthouse's own default for phones
SLOW_3G = Network("slow 3G", 400, 400)
PROCESSOR_SLOWDOWN = 4


@dataclass(frozen=True, slots=True)
class Load:
    """One first load: seconds to the largest paint, ms of blocking, shift, scores of 100, bytes and requests."""

    lcp: float
    tbt: float
    cls: float
    performance: int
    accessibility: int
    sent: int
    requests: int


def find_browser() -> str:
    """Give the path of a Chromium; end the bench with words where there is none."""
    found = subprocess.run([str(CHECKOUT / "bin" / "browser")], stdout=subprocess.PIPE, text=True, check=False)
    if found.returncode != 0:
        raise SystemExit(1)
    return found.stdout.strip()


def install_lighthouse(folder: Path) -> Path:
    """Give the program, installed into `folder` when it is not there; end the bench where npm is missing."""
    program = folder / "node_modules" / ".bin" / "lighthouse"
    if program.exists():
        return program
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise SystemExit(
            "This bench needs Node 18.20 or newer with npm.\n  Debian, Ubuntu: apt install nodejs npm\n"
            "  macOS: brew install node\n  Fedora: dnf install nodejs"
        )
    folder.mkdir(parents=True, exist_ok=True)
    print(f"Installing lighthouse@{VERSION} into {folder} ...", flush=True)
    asked = [npm, "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), f"lighthouse@{VERSION}"]
    if subprocess.run(asked, check=False).returncode != 0:
        raise SystemExit("Lighthouse could not be installed; the lines above say why.")
    return program


def first_load(program: Path, browser: str, address: str, network: Network, session: str) -> Load:
    """Load a page once in a fresh browser as a phone on that network; end the bench when it does not load."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, sync_playwright() as playwright:
        port = free_ports(1)[0]
        flags = [*FLAGS, f"--remote-debugging-port={port}"]
        profile = Path(folder) / "profile"
        context = playwright.chromium.launch_persistent_context(profile, executable_path=browser, args=flags)
        try:
            # In the browser's own jar and not as a header: service workers and redirects need it too.
            if session:
                context.add_cookies([{"name": "sessionid", "value": session, "url": address, "httpOnly": True}])
            return _load_of(_report(program, address, network, port, Path(folder)), address)
        finally:
            context.close()


def _report(program: Path, address: str, network: Network, port: int, folder: Path) -> dict[str, Any]:
    out = folder / "report.json"
    asked = [
        str(program), address, "--quiet", "--output=json", f"--output-path={out}", f"--port={port}",
        "--disable-storage-reset", "--only-categories=performance,accessibility", "--form-factor=mobile",
        "--throttling-method=simulate", f"--throttling.rttMs={network.rtt_ms}",
        f"--throttling.throughputKbps={network.kbps}", f"--throttling.cpuSlowdownMultiplier={PROCESSOR_SLOWDOWN}",
        "--max-wait-for-load=45000",
    ]  # fmt: skip
    done = subprocess.run(asked, env={**os.environ, "CI": "1"}, capture_output=True, text=True, check=False)
    if not out.exists():
        raise SystemExit(f"Lighthouse could not load {address}:\n{done.stderr[-2000:]}")
    return dict(json.loads(out.read_text()))


def _load_of(report: dict[str, Any], address: str) -> Load:
    if report.get("runtimeError"):
        raise SystemExit(f"Lighthouse could not load {address}: {report['runtimeError']['message']}")
    audits = report["audits"]
    lines = audits["network-requests"]["details"]["items"]
    sizes = [int(line.get("transferSize") or 0) for line in lines if line["url"].startswith("http")]
    return Load(
        lcp=audits["largest-contentful-paint"]["numericValue"] / 1000,
        tbt=audits["total-blocking-time"]["numericValue"],
        cls=audits["cumulative-layout-shift"]["numericValue"],
        performance=round(100 * report["categories"]["performance"]["score"]),
        accessibility=round(100 * report["categories"]["accessibility"]["score"]),
        sent=sum(sizes),
        requests=sum(size > 0 for size in sizes),  # what the browser had in its cache was not asked for
    )
