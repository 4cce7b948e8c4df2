"""Figures of the product as ratios measured side by side. Run by `make bench`; these are no timed tests."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reseller_portal.settings.test")
django.setup()
