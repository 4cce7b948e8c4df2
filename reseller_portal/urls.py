"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path

from accounts.views import home

urlpatterns = [
    path("", home, name="home"),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
