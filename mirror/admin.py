"""The admin's pages of the mirror."""

from django.contrib import admin

from mirror.drift_admin import DriftAdmin
from mirror.models import Drift

admin.site.register(Drift, DriftAdmin)
