"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path

from accounts.views import home
from reseller_portal.webhooks.views import upstream

urlpatterns = [
    path("", home, name="home"),
    path("account/", include("allauth.urls")),
    path("webhooks/upstream/", upstream, name="webhook"),
    path("admin/", admin.site.urls),
]
