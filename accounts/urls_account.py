"""Pages under /account/ that stand before allauth's of the same address."""

from django.urls import path, re_path

from accounts.account_views import addresses, confirm_address, invitations, password_from_link

urlpatterns = [
    path("email/", addresses, name="account_email"),
    path("invitations/", invitations, name="invitations"),
    path("confirm-email/<str:key>/", confirm_address, name="account_confirm_email"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        password_from_link,
        name="account_reset_password_from_key",
    ),
]
