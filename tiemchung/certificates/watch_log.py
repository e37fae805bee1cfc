"""The issuance log looked at as a stranger would: every tile under its head, each head under the log's own key.

A certificate's leaf lies in a tile, each tile under a hash of the next level, the last ones under the head that was
signed: where all three hold, nothing that was ever signed was taken out or put in behind a reader's back. And each leaf
is that of one certificate that is still there: who deletes a row cannot delete its leaf.
"""

from collections.abc import Iterable, Mapping

from django.db import connection

from tiemchung.certificates import merkle
from tiemchung.certificates.keys import verifies
from tiemchung.certificates.log import SignedHead, head_bytes, root_stands, tile_reader, view_of_head
from tiemchung.certificates.models import LogHead, LogTile, SigningKey, WatchDay, WatchRange
from tiemchung.certificates.rules import KeyPurpose
from tiemchung.core.distribution import allow_cross_shard

MOST_HEADS = 3000  # two days of a head a minute
_LEAVES = """
SELECT a.position, substring(t.hashes FROM (a.position %% 256)::int * 32 + 1 FOR 32)
FROM unnest(%s::bigint[]) AS a (position) JOIN certificates_logtile t ON t.level = 0 AND t.number = a.position / 256
"""
# What was dropped or is an intent has no leaf: a row that was set back to that claims its leaf no more.
_CLAIMED = """
SELECT log_position AS place FROM certificates_certificate WHERE state IN ('ISSUED', 'RENEWED', 'REVOKED') AND {where}
UNION ALL SELECT log_position FROM certificates_emission WHERE {where}
"""
_IN_RANGE = _CLAIMED.format(where="log_position >= %s AND log_position < %s")
_COUNTED = f"SELECT count(*), count(DISTINCT place) FROM ({_IN_RANGE}) AS c"  # noqa: S608 - constants only
_UNEVEN = f"""
SELECT p.place, count(c.place) FROM generate_series(%s, %s - 1) AS p (place) LEFT JOIN ({_IN_RANGE}) AS c USING (place)
GROUP BY p.place HAVING count(c.place) <> 1 ORDER BY p.place
"""  # noqa: S608 - constants only
_BEYOND = f"""
{_CLAIMED.format(where="log_position < 0")} UNION ALL
{_CLAIMED.format(where="log_position >= (SELECT coalesce(max(size), 0) FROM certificates_loghead)")} LIMIT 1000
"""  # noqa: S608 - constants only
_WHY = "the log is one, and what it tells of lies on every node; the indexes of positions answer"


def leaf_hashes(positions: Iterable[int]) -> Mapping[int, bytes]:
    """Give the hash that the log has at each position, in one statement; what is beyond its end is empty or missing."""
    asked = list({p for p in positions if p >= 0})
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, [asked])
        return {position: bytes(found) for position, found in cursor.fetchall()}


def tile_faults(part: WatchRange) -> dict[str, int]:
    """Give how many full tiles of a range are missing, short or not what the level above says of them, by code."""
    level = part.tile_level or 0
    above = _tiles(level + 1, part.tile_first // merkle.WIDTH, (part.tile_end - 1) // merkle.WIDTH + 1)
    found = _tiles(level, part.tile_first, part.tile_end)
    wrong = sum(
        1
        for number in range(part.tile_first, part.tile_end)
        if not _stands(found.get(number, b""), above.get(number // merkle.WIDTH, b""), number % merkle.WIDTH)
    )
    return {"LOG_TILE": wrong} if wrong else {}


def claim_faults(first: int, end: int) -> dict[str, list[int]]:
    """Give the positions from `first` to before `end` that not exactly one row claims, by code.

    LEAF_WITHOUT_ROW: what was signed there is in no table any more, or was set back to what was never signed.
    LEAF_CLAIMED_TWICE: two certificates or forms name one leaf. One statement where nothing is wrong.
    """
    with allow_cross_shard(_WHY), connection.cursor() as cursor:
        cursor.execute(_COUNTED, [first, end, first, end])
        if cursor.fetchone() == (end - first, end - first):
            return {}
        cursor.execute(_UNEVEN, [first, end, first, end, first, end])
        uneven = cursor.fetchall()
    found = {
        "LEAF_WITHOUT_ROW": [place for place, claims in uneven if not claims],
        "LEAF_CLAIMED_TWICE": [place for place, claims in uneven if claims],
    }
    return {code: places for code, places in found.items() if places}


def end_faults(size: int) -> dict[str, list[int]]:
    """Give what is wrong with the leaves behind the last full tile of a log of that size, and behind its very end.

    LEAF_BEYOND_LOG: a row names a position that the log does not have, not even by now; of very many a thousand.
    """
    full = size - size % merkle.WIDTH
    found = claim_faults(full, size)
    with allow_cross_shard(_WHY), connection.cursor() as cursor:
        cursor.execute(_BEYOND)
        beyond = sorted(place for (place,) in cursor.fetchall())
    return found | ({"LEAF_BEYOND_LOG": beyond} if beyond else {})


def head_faults(head: SignedHead | None, before: WatchDay | None) -> list[str]:
    """Give what is wrong with the heads signed since the look before this one, and with how the log grew, by code.

    LOG_HEAD: a head that is not signed by the log's key, or whose root the stored tiles do not give. LOG_SHRUNK: the
    log that the look before saw is not the beginning of this one.
    """
    if head is None:
        return ["LOG_SHRUNK"] if before is not None and before.head_size else []
    since = before.began_at if before is not None else head.made_at
    rows = LogHead.objects.exclude(signature=None).filter(made_at__gte=since).order_by("-size")[:MOST_HEADS]
    heads = [view_of_head(row) for row in rows]
    certificates = _log_keys(one.kid for one in (*heads, head))
    wrong = {one.size for one in (*heads, head) if not _holds(one, certificates.get(one.kid, b""))}
    faults = ["LOG_HEAD"] * len(wrong)
    if before is not None and before.head_size and not _grew(before.head_size, bytes(before.head_root or b""), head):
        faults.append("LOG_SHRUNK")
    return faults


def _holds(head: SignedHead, certificate: bytes) -> bool:
    if not verifies(certificate, head_bytes(head.size, head.root, head.made_at), head.signature):
        return False
    return root_stands(head.size, head.root)


def _grew(old: int, old_root: bytes, head: SignedHead) -> bool:
    """Tell whether the older log is the beginning of the one under `head`."""
    try:
        proof = merkle.consistency_proof(old, head.size, tile_reader())
    except (ValueError, IndexError, LogTile.DoesNotExist):
        return False
    return merkle.consistent(old, old_root, head.size, head.root, proof)


def _stands(tile: bytes, above: bytes, place: int) -> bool:
    stated = above[place * merkle.HASH : (place + 1) * merkle.HASH]
    whole = len(tile) == merkle.WIDTH * merkle.HASH
    return whole and merkle.tile_root(tile) == stated


def _tiles(level: int, first: int, end: int) -> dict[int, bytes]:
    rows = LogTile.objects.filter(level=level, number__gte=first, number__lt=end).values_list("number", "hashes")
    return {number: bytes(hashes) for number, hashes in rows}


def _log_keys(kids: Iterable[bytes]) -> dict[bytes, bytes]:
    rows = SigningKey.objects.filter(kid__in=set(kids), purpose=KeyPurpose.LOG)
    return {bytes(row.kid): bytes(row.certificate) for row in rows}
