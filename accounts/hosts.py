"""The admin has a host of its own, so that no brand's customers meet it and no session of staff is sent to a brand."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

ADMIN = "/admin/"
GetResponse = Callable[[HttpRequest], HttpResponse]


def name_of_host(host: str) -> str:
    """A host as hosts are compared: without port and trailing dot, in lower case."""
    name = host if host.endswith("]") else host.rsplit(":", 1)[0] if ":" in host else host
    return name.rstrip(".").lower()


def is_admin_host(request: HttpRequest) -> bool:
    return name_of_host(request.get_host()) == settings.ADMIN_HOST


def admin_origin() -> str:
    """Where links to the admin lead, such as https://admin.example."""
    return str(settings.PORTAL_ORIGIN).replace("{host}", settings.ADMIN_HOST)


class AdminHostMiddleware:
    """404 for the admin on any other host, as for an address that does not exist."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Not earlier: the page that says so needs the session and the person."""
        if request.path.startswith(ADMIN) and not is_admin_host(request):
            raise Http404("The admin is not served on this host.")
