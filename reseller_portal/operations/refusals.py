"""What a refusal that is about us, or an outage, means, and what staff should do about it."""

from urllib.parse import urlsplit

from django.conf import settings

from reseller_portal.upstream.errors import Cause, Malformed, Refused, UnknownRoute, Unreachable, UpstreamError

KEY_REFUSED, FORBIDDEN = 401, 403
WORDS = 120
ADVICE = {
    Cause.NAME: "The name {host} cannot be found. Check UPSTREAM_URL and the name servers of this machine.",
    Cause.CERTIFICATE: "The certificate of {host} is not trusted or has run out. Check UPSTREAM_URL, the clock and the"
    " certificates of this machine, then ask the provider.",
    Cause.TLS: "No encrypted connection to {host} comes about. Check UPSTREAM_URL and any proxy in between.",
    Cause.CONNECTION: "{host} takes no connection. Check UPSTREAM_URL, the proxy and firewall of this machine, and"
    " whether the provider is up.",
    Cause.SETTING: "UPSTREAM_URL or UPSTREAM_KEY cannot be used as it is written. Mend it and restart.",
    Cause.STRANGER: "Something else than the API answers at {host}: a page for people, from a proxy, a firewall or a"
    " maintenance. Open it in a browser from this machine, then ask the provider.",
}


def advice_on(error: UpstreamError) -> str:
    """One or two sentences: what is wrong, and what to do."""
    if isinstance(error, Refused):
        return _on_refusal(error)
    if isinstance(error, Malformed):
        return f"{_host()} sends calls elsewhere. Set UPSTREAM_URL to the address where the API itself answers."
    if isinstance(error, Unreachable) and error.cause is not None:
        return ADVICE[error.cause].format(host=_host())
    return (
        f"{_host()} answers no call, or with faults of its own ({str(error)[:WORDS]}). Nothing is to be mended here:"
        " ask the provider whether it is up. It is tried again by itself."
    )


def is_about_the_route(error: UpstreamError) -> bool:
    """Of a refusal while the key works: no order is to blame for it. The API's own 403 may be about a thing."""
    return isinstance(error, Refused) and error.is_doubtful and (error.status != FORBIDDEN or not error.has_envelope)


def _on_refusal(error: Refused) -> str:
    words = f"{error.status}: {error.reason[:WORDS]}"
    if isinstance(error, UnknownRoute):
        known = f"The upstream does not know {error.route} ({words})."
        return f"{known} Mend UPSTREAM_URL, or name the place of {error.operation} in UPSTREAM_PATHS."
    if error.status == KEY_REFUSED:
        return f"The upstream does not accept the key ({words}). Put the right one into UPSTREAM_KEY and restart."
    if error.status == FORBIDDEN and error.has_envelope:
        return (
            f"The upstream forbids {error.route or error.operation} ({words}). Ask the provider whether the key, the"
            " plan or the address of this machine is blocked."
        )
    return (
        f"Not the API, but something before it refuses {error.route or error.operation} ({words}). Check UPSTREAM_URL,"
        " proxies and firewalls."
    )


def _host() -> str:
    return urlsplit(settings.UPSTREAM_URL).hostname or settings.UPSTREAM_URL
