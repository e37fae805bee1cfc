"""Addresses of the report, all under /phan-anh; the draft's cookie goes nowhere else."""

from django.urls import path

from tiemchung.web.portal.feedback import doses, papers, person, progress, sending, start

urlpatterns = [
    path("phan-anh", start.start_page, name="feedback"),
    path("phan-anh/bo", start.drop_page, name="feedback_drop"),
    path("phan-anh/nguoi", person.person_page, name="feedback_person"),
    path("phan-anh/noi-o", person.area_page, name="feedback_area"),
    path("phan-anh/noi-dung", person.kind_page, name="feedback_kind"),
    path("phan-anh/mui/<int:number>", doses.dose_page, name="feedback_dose"),
    path("phan-anh/mui/<int:number>/noi-tiem", doses.place_page, name="feedback_place"),
    path("phan-anh/mui", doses.more_page, name="feedback_more"),
    path("phan-anh/thong-tin-dung", doses.wanted_page, name="feedback_wanted"),
    path("phan-anh/giay", papers.paper_page, name="feedback_paper"),
    path("phan-anh/giay/them", papers.add_paper, name="feedback_paper_add"),
    path("phan-anh/giay/<uuid:page_id>", papers.page_photo, name="feedback_photo"),
    path("phan-anh/kiem-tra", sending.check_page, name="feedback_check"),
    path("phan-anh/ma", sending.code_page, name="feedback_code"),
    path("phan-anh/da-gui", start.done_page, name="feedback_done"),
    path("phan-anh/tra-cuu", progress.find_page, name="feedback_find"),
    path("phan-anh/tien-do", progress.progress_page, name="feedback_progress"),
    path("phan-anh/tien-do/ma", progress.code_page, name="feedback_progress_code"),
    path("phan-anh/tien-do/viec", progress.act_page, name="feedback_act"),
]
