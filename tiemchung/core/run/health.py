"""Asking ports and addresses of this machine."""

import http.client
import socket

from .processes import Process

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a program could listen on this port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def works(process: Process, age: float) -> bool:
    """Whether the process works: answers 200 on its path, takes connections, or has lived long enough."""
    if process.port is None:
        return age >= process.settles
    return _answers(process.port, process.health) if process.health else _listens(process.port)


def _listens(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


def _answers(port: int, path: str) -> bool:
    link = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        link.request("GET", path, headers={"Host": f"localhost:{port}"})
        return link.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()
