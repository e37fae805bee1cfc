"""The order of files when several workers share them: the longest first, so that none is left over at the end."""

import pytest

# Files of half a minute and more, the longest first; a new one that is not named here is only begun later.
LONGEST = (
    "journeys/test_way_of_a_dose.py",
    "journeys/test_citizen_book.py",
    "demo/test_week.py",
    "journeys/test_report.py",
    "journeys/test_staff.py",
    "journeys/test_case_desk.py",
    "core/test_run_whole.py",
    "core/test_postgres.py",
    "journeys/test_desk.py",
    "journeys/test_desk_doors.py",
    "journeys/test_book_reports.py",
    "certificates/paper/test_paper.py",
    "journeys/test_passport_signing.py",
    "journeys/test_passport_renewal.py",
    "web/authority/test_nothing_is_lost.py",
    "journeys/test_call.py",
    "journeys/test_solved_on_both_sides.py",
    "cases/evidence/test_cleaning.py",
    "cases/test_bulk.py",
    "interop/messages/test_contract.py",
    "journeys/test_stock.py",
    "journeys/test_two_provinces.py",
    "interop/population/test_kill.py",
    "journeys/test_kept_copy.py",
    "journeys/test_elsewhere.py",
    "journeys/test_verifier.py",
    "journeys/test_accounts.py",
    "journeys/test_identity_review.py",
)


def keep_our_order(config: pytest.Config) -> None:
    """Tell xdist to hand the files out as they come, not by how many tests they have."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def longest_first(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest files first where workers share the tests; alone they keep the order in which they were named."""
    if hasattr(config, "workerinput"):
        rank = {f"tests/{name}": number for number, name in enumerate(LONGEST)}
        items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(rank)))
