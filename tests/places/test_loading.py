"""The frozen tables and their way into the database."""

import gzip
import io
import shutil
import unicodedata

import pytest
from django.core.management import call_command

from tiemchung.core.actor import SYSTEM
from tiemchung.core.models import AuditLine
from tiemchung.places import actions, frozen, reads
from tiemchung.places.models import Area, AreaChange, AreaChangeEdge, AreaTable, Facility
from tiemchung.places.reads import tree
from tiemchung.places.rules import AreaKind, Level, Period

from .conftest import AT


@pytest.fixture(scope="module")
def rows():
    return frozen.frozen_areas()


def test_files_match_their_checksums():
    assert len(frozen.table_checksum()) == 64


def test_a_changed_file_is_refused_by_name(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(frozen.FOLDER, folder)
    (folder / "edges.tsv.gz").write_bytes(gzip.compress(b"effective_on\n"))
    with pytest.raises(frozen.FrozenTableBroken, match=r"edges\.tsv\.gz"):
        frozen.table_checksum(folder)


def test_names_are_nfc_with_single_spaces_and_a_capital(rows):
    for row in rows:
        assert row.name == unicodedata.normalize("NFC", row.name) == " ".join(row.name.split())
        assert row.name[0].isupper() or row.name[0].isdigit(), row
        assert not set(row.name) & set("’‘`ÐƉ")


def test_kinds_and_levels_are_the_known_ones(rows):
    below = {
        Level.PROVINCE: {AreaKind.TINH, AreaKind.THANH_PHO},
        Level.DISTRICT: {AreaKind.QUAN, AreaKind.HUYEN, AreaKind.THI_XA, AreaKind.THANH_PHO},
        Level.COMMUNE: {AreaKind.XA, AreaKind.PHUONG, AreaKind.THI_TRAN, AreaKind.DAC_KHU},
    }
    assert all(AreaKind(row.kind) in below[Level(row.level)] for row in rows)


def test_every_area_has_a_living_parent_on_every_day(rows):
    known = {row.id: row for row in rows}
    for row in rows:
        if row.level == Level.PROVINCE:
            assert row.parent_id is None
            continue
        parent = known[row.parent_id]
        assert Period(parent.start, parent.end).covers(Period(row.start, row.end)), row
        assert list(Level).index(Level(parent.level)) < list(Level).index(Level(row.level))


def test_no_code_is_carried_by_two_areas_on_one_day(rows):
    lives: dict[tuple[str, str], list[Period]] = {}
    for row in rows:
        for other in lives.setdefault((row.level, row.code), []):
            assert not other.meets(Period(row.start, row.end)), row
        lives[row.level, row.code].append(Period(row.start, row.end))


def test_every_edge_joins_the_end_of_one_area_with_a_living_one(rows):
    known = {row.id: row for row in rows}
    days = {change.id: change.on for change in frozen.frozen_changes()}
    for edge in frozen.frozen_edges():
        source, on = known[edge.source], days[edge.change_id]
        assert source.start < on
        assert source.end is None or on <= source.end
        if edge.onto is not None:
            onto = known[edge.onto]
            assert Period(onto.start, onto.end).holds(on)
            assert source.end == on or onto.start == on


def test_an_area_that_ended_left_an_edge_unless_its_level_was_abolished(rows):
    days = {change.id: change.on for change in frozen.frozen_changes()}
    sources = {(edge.source, days[edge.change_id]) for edge in frozen.frozen_edges()}
    silent = [row for row in rows if row.end is not None and (row.id, row.end) not in sources]
    assert {row.level for row in silent} == {Level.DISTRICT}
    assert len(silent) == 691


def test_an_area_is_divided_into_parts_or_goes_on_whole(rows):
    ends = {row.id: row.end for row in rows}
    days = {change.id: change.on for change in frozen.frozen_changes()}
    parts: dict = {}
    for edge in frozen.frozen_edges():
        parts.setdefault((edge.source, days[edge.change_id]), []).append(edge.partial)
    for (source, on), flags in parts.items():
        if ends[source] == on:
            assert flags == [False] or (all(flags) and len(flags) > 1)
        else:
            assert all(flags)


def test_loading_twice_changes_nothing(areas):
    before = AuditLine.objects.count()
    assert actions.load_areas(by=SYSTEM, at=AT) is False
    assert AuditLine.objects.count() == before


def test_the_database_holds_every_frozen_line(areas, rows):
    assert Area.objects.count() == len(rows)
    assert AreaChangeEdge.objects.count() == len(frozen.frozen_edges())
    assert AreaChange.objects.count() == len(frozen.frozen_changes())


def test_a_day_that_the_sources_do_not_give_has_its_bounds(areas):
    change = AreaChange.objects.get(province_code="01", effective_on="2025-01-01")
    assert change.earliest_on < change.effective_on < change.latest_on
    assert AreaChange.objects.get(province_code="46", effective_on="2025-01-01").earliest_on is None


def test_the_command_says_what_it_did(areas):
    out = io.StringIO()
    call_command("load_areas", stdout=out)
    assert out.getvalue().strip() == "areas are up to date"


def test_hot_reads_ask_the_database_nothing(areas, ward, django_assert_num_queries):
    area = ward("Bến Nghé, Quận 1, TP Hồ Chí Minh")
    with django_assert_num_queries(0):
        reads.path_name(area.id)
        reads.scope_of([area.parent_id])
        reads.find_address("Bến Nghé, Quận 1, TP Hồ Chí Minh")


def test_a_new_table_renews_what_facilities_are_found_by(station):
    Facility.objects.update(search_key=" nothing")
    AreaTable.objects.update(checksum="0" * 64)
    assert actions.load_areas(by=SYSTEM, at=AT) is True
    assert [place.id for place in reads.places_search("tram sai gon")] == [station]


def test_another_table_is_noticed(areas, monkeypatch):
    held = tree.current_tree()
    assert tree.current_tree() is held
    AreaTable.objects.update(checksum="0" * 64)
    assert tree.current_tree() is held
    monkeypatch.setattr(tree._checksums, "clock", lambda: 61.0)  # the clock of tests stands at nought
    assert tree.current_tree() is not held
