"""Which brand a host name belongs to."""

from django.core.cache import cache

from accounts.models import Brand

SECONDS = 60


def brand_for_host(host: str) -> Brand | None:
    """The brand of this host, else the default one, else none. Kept for a minute in the shared cache."""
    name = host.rsplit(":", 1)[0].lower() if not host.startswith("[") else host
    return cache.get_or_set(f"brand:{name}", lambda: _find(name), SECONDS)


def _find(host: str) -> Brand | None:
    return Brand.objects.filter(hosts__host=host).first() or Brand.objects.filter(is_default=True).first()
