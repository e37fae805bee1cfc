"""Photos of papers as every page serves them: one cleaned picture, kept by nobody, able to do nothing."""

from uuid import UUID

from django.http import Http404, HttpResponse

from tiemchung.cases.evidence.reads import open_page


def photo_answer(case_id: UUID, page_id: UUID) -> HttpResponse:
    """Give one clean page of this case or draft as a picture; the caller has decided who may see it. Raises Http404."""
    try:
        jpeg = open_page(case_id, page_id)
    except KeyError:
        raise Http404 from None
    answer = HttpResponse(jpeg, content_type="image/jpeg")
    answer["Content-Disposition"] = f'inline; filename="{page_id}.jpg"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    answer["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return answer
