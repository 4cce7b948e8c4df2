from django.urls import path

from mailboxes.views.listing import mailbox_detail, mailbox_list, mailbox_refresh, mailbox_reveal
from mailboxes.views.ordering import order_build, order_instead, order_preview

app_name = "mailboxes"
urlpatterns = [
    path("", mailbox_list, name="list"),
    path("order/", order_build, name="order"),
    path("order/preview/", order_preview, name="preview"),
    path("order/<slug:reference>/instead/", order_instead, name="instead"),
    path("<int:number>/", mailbox_detail, name="detail"),
    path("<int:number>/refresh/", mailbox_refresh, name="refresh"),
    path("<int:number>/reveal/", mailbox_reveal, name="reveal"),
]
