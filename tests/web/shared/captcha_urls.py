"""The shared pages and two forms that are guarded by the puzzle, for its tests."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from tiemchung.web.shared.captcha import judged

FORM = """{% extends "citizen.html" %}{% block main %}<h1>Phản ánh thông tin</h1>
<form method="post">{{ ui.input("ho_ten", "Họ và tên") }}{{ ui.captcha(code_follows=code_follows) }}
{{ ui.button("Gửi phản hồi", name="go", value="1") }}</form>{% endblock %}"""


@csrf_exempt
def form(request: HttpRequest, code_follows: bool) -> HttpResponse:
    """Show the form, and tell what the server says to it."""
    if request.method == "POST":
        refused = [reason.code for reason in judged(request, code_follows=code_follows).refusals]
        return JsonResponse({"refused": refused, "pressed": request.POST.get("go", "")})
    return HttpResponse(engines["jinja2"].from_string(FORM).render({"code_follows": code_follows}, request))


urlpatterns = [
    path("form", form, {"code_follows": False}),
    path("form-before-a-code", form, {"code_follows": True}),
    path("", include("tiemchung.web.shared.urls")),
]
