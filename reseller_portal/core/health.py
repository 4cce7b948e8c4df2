"""Whether the process serves, and whether what it stands on answers: for load balancers and the supervisor."""

from collections.abc import Callable

from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse

from reseller_portal.core.cache import cache_answers

ALIVE, READY = "/health/", "/health/ready/"


class HealthMiddleware:
    """Before everything else: a load balancer asks over plain HTTP, by whatever name it has for the machine."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path not in (ALIVE, READY) or request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        away = _what_is_away() if request.path == READY else ""
        words = f"{away} away" if away else "ok"
        headers = {"Cache-Control": "no-store"}
        return HttpResponse(f"{words}\n", status=503 if away else 200, content_type="text/plain", headers=headers)


def _what_is_away() -> str:
    answers = {"database": _database_answers(), "cache": cache_answers()}
    return " and ".join(name for name, is_there in answers.items() if not is_there)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
