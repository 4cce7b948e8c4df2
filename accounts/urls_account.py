"""Pages under /account/ that stand before allauth's of the same address."""

from django.urls import path

from accounts.account_views import addresses, confirm_address, invitations

urlpatterns = [
    path("email/", addresses, name="account_email"),
    path("invitations/", invitations, name="invitations"),
    path("confirm-email/<str:key>/", confirm_address, name="account_confirm_email"),
]
