"""Proof of work in place of a captcha: a puzzle that a browser solves while its reader reads, good for one use.

The puzzle and its judgement are altcha's (version 2, PBKDF2): signed, so that nothing of a puzzle has to be kept
until it is solved. What has been used is kept until it would be too old.
"""

import datetime as dt
import hashlib
import secrets
from functools import cache
from typing import Any

from altcha import Payload, create_challenge, verify_solution
from django.db import connection

from tiemchung.access import rules
from tiemchung.access.limits import Exhausted, country_is_full, minutes_of, take, take_country
from tiemchung.core.sealing import blind_index
from tiemchung.core.verdict import YES, Verdict, refuse

_ALGORITHM = "PBKDF2/SHA-256"
_LONGEST = 4000  # characters; an honest payload has some 900
_NOT_READ = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def new_puzzle(*, at: dt.datetime, network: str) -> dict[str, Any]:
    """Make a puzzle for somebody at this network address, as JSON for the browser.

    `parameters.data.until` is the second (Unix) from which it is too old. It costs HARDER times as much where
    very many are asked for, and everywhere while proofs are spent faster than the country's people could.
    """
    low, high = rules.PUZZLE_TRIES
    tries = low + secrets.randbelow(high - low)
    if _crowded(network, at) or country_is_full(rules.COUNTRY_PROOFS, at):
        tries *= rules.HARDER
    until = int((at + rules.PUZZLE_LIFE).timestamp())
    puzzle = create_challenge(
        _ALGORITHM,
        rules.PUZZLE_ROUNDS,
        counter=tries,
        data={"until": until},  # and not `expires_at`, which the library compares with a clock of its own
        hmac_secret=_key("puzzle"),
        hmac_key_secret=_key("solution"),
    )
    return puzzle.to_dict()


def use_proof(*, at: dt.datetime, payload: str) -> Verdict:
    """Use a solved puzzle (base64 of altcha's JSON); of many uses of one, on any worker, one is told yes.

    Refusals: CAPTCHA_WRONG, CAPTCHA_EXPIRED, CAPTCHA_SPENT. Call it outside a transaction that may be rolled
    back, or the proof is good once more.
    """
    try:
        if len(payload) > _LONGEST:
            return refuse("CAPTCHA_WRONG")
        proof = Payload.from_base64(payload)
        judged = verify_solution(proof, _key("puzzle"), hmac_key_secret=_key("solution"))
    except _NOT_READ:
        return refuse("CAPTCHA_WRONG")
    if not judged.verified:
        return refuse("CAPTCHA_WRONG")
    until = (proof.challenge.parameters.data or {})["until"]
    if at.timestamp() >= until:
        return refuse("CAPTCHA_EXPIRED")
    if not _spend(proof.challenge.signature or "", dt.datetime.fromtimestamp(until, dt.UTC)):
        return refuse("CAPTCHA_SPENT")
    _count_spent(at)
    return YES


def pass_without_script(*, at: dt.datetime, network: str) -> Verdict:
    """Let somebody by whose browser runs no scripts, where a code to the phone follows: few from one network.

    Refusal: CAPTCHA_NO_SCRIPT (fact `minutes`).
    """
    try:
        take(rules.NO_SCRIPT_NETWORK, rules.network_of(network), at)
        take_country(rules.NO_SCRIPT_COUNTRY, at)
    except Exhausted as full:
        return refuse("CAPTCHA_NO_SCRIPT", minutes=minutes_of(full))
    return YES


def sweep_proofs(at: dt.datetime) -> int:
    """Delete the used proofs that are too old to open anything, and give how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM access_spentproof WHERE expires_at < %s", (at,))
        return cursor.rowcount


@cache
def _key(part: str) -> bytes:
    # Made of the installation's index key: one file fewer to keep, and nothing else is derived under this name.
    return blind_index("access.captcha", part)


def _crowded(network: str, at: dt.datetime) -> bool:
    try:
        take(rules.PUZZLE_NETWORK, rules.network_of(network), at)
    except Exhausted:
        return True
    return False


def _spend(signature: str, expires_at: dt.datetime) -> bool:
    key = hashlib.sha256(signature.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_spentproof (key, expires_at) VALUES (%s, %s) ON CONFLICT (key) DO NOTHING",
            (key, expires_at),
        )
        return cursor.rowcount == 1


def _count_spent(at: dt.datetime) -> None:
    try:
        take_country(rules.COUNTRY_PROOFS, at)
    except Exhausted:
        return
