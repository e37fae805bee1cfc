"""Addresses of the desk of cases; a case is named by its number, a person by a random id, nothing else is said."""

from django.urls import path

from tiemchung.web.cases import (
    answering,
    board,
    bulk,
    decide,
    file,
    intake,
    letter,
    letters,
    manual,
    newcomer,
    paper_brought,
    papers,
    queue,
    untold,
)

app_name = "cases"
_CASE, _BULK = "<str:ref>", "<uuid:bulk_id>"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("/tiep", queue.take_next, name="next"),
    path("/ghi", intake.intake, name="intake"),
    path("/ghi/<uuid:person_id>", intake.intake_of, name="intake_person"),
    path("/ghi/<uuid:person_id>/<uuid:dose_id>", intake.intake_of, name="intake_dose"),
    path("/thu", letters.letters, name="letters"),
    path("/thu/in", letters.print_all, name="print_letters"),
    path("/thu/<uuid:letter_id>/in", letters.print_one, name="print_letter"),
    path("/thu/lan-in/<uuid:run_id>", letters.print_run, name="print_run"),
    path("/bang", board.board, name="board"),
    path("/bang/tinh/<uuid:province_id>", board.board, name="board_of"),
    path("/bang/don-vi/<uuid:unit_id>", board.lines, name="lines"),
    path("/sua-hang-loat", bulk.bulk, name="bulk"),
    path("/sua-hang-loat/de-xuat", bulk.propose, name="propose_bulk"),
    path(f"/sua-hang-loat/{_BULK}", bulk.bulk_list, name="bulk_list"),
    path(f"/sua-hang-loat/{_BULK}/duyet", bulk.approve, name="approve_bulk"),
    path(f"/sua-hang-loat/{_BULK}/bo", bulk.withdraw, name="withdraw_bulk"),
    path(f"/sua-hang-loat/{_BULK}/khoi-phuc", bulk.undo, name="undo_bulk"),
    path(f"/{_CASE}", file.file, name="file"),
    path(f"/{_CASE}/nhan", queue.claim, name="claim"),
    path(f"/{_CASE}/tra", queue.release, name="release"),
    path(f"/{_CASE}/tim", file.find, name="find"),
    path(f"/{_CASE}/lap-ho-so", newcomer.register, name="register"),
    path(f"/{_CASE}/quyet-dinh", decide.decide, name="decide"),
    path(f"/{_CASE}/cach/<slug:kind>", manual.manual, name="manual"),
    path(f"/{_CASE}/tu-choi", answering.refuse, name="refuse"),
    path(f"/{_CASE}/hoi", answering.ask, name="ask"),
    path(f"/{_CASE}/chuyen", answering.pass_on, name="pass"),
    path(f"/{_CASE}/thu", letter.letter, name="letter"),
    path(f"/{_CASE}/da-bao", untold.told, name="told"),
    path(f"/{_CASE}/giay", paper_brought.add_paper, name="add_paper"),
    path(f"/{_CASE}/giay/<uuid:case_id>/<uuid:page_id>", papers.paper, name="paper"),
]
