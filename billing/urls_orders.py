from django.urls import path

from billing.views.orders import order_check, order_check_again, order_detail, order_list, order_refresh, order_retry
from billing.views.prices import price_accept, price_decline

app_name = "orders"
urlpatterns = [
    path("", order_list, name="list"),
    path("check/<slug:reference>/", order_check, name="check"),
    path("check/<slug:reference>/again/", order_check_again, name="check_again"),
    path("<slug:reference>/", order_detail, name="detail"),
    path("<slug:reference>/refresh/", order_refresh, name="refresh"),
    path("<slug:reference>/price/accept/", price_accept, name="price_accept"),
    path("<slug:reference>/price/decline/", price_decline, name="price_decline"),
    path("<slug:reference>/retry/", order_retry, name="retry"),
]
