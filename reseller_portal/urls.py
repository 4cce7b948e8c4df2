"""Every address of the portal."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from accounts.door import public_view
from accounts.views import home
from mailboxes.views.overview import overview
from reseller_portal.core.views import brand_css, set_theme, style_guide
from reseller_portal.webhooks.views import upstream

handler500 = "reseller_portal.core.views.server_error"

customer_urls: list[URLPattern | URLResolver] = [
    path("", overview, name="overview"),
    path("domains/", include("domains.urls")),
    path("mailboxes/", include("mailboxes.urls")),
    path("orders/", include("billing.urls_orders")),
    path("billing/", include("billing.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("brand/<slug:colour>.css", public_view(brand_css), name="brand_css"),
    path("theme/", public_view(set_theme), name="set_theme"),
    path("style-guide/", public_view(style_guide), name="style_guide"),
    path("c/<slug:customer>/", include(customer_urls)),
    path("account/", include("accounts.urls_account")),
    path("account/", include("allauth.urls")),
    # A sender that was given the address without its last slash follows no redirect.
    path("webhooks/upstream", upstream),
    path("webhooks/upstream/", upstream, name="webhook"),
    path("admin/", admin.site.urls),
]
