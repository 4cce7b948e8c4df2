from django.urls import path

from domains.views.finding import domain_choose, domain_find
from domains.views.listing import domain_detail, domain_list, domain_refresh

app_name = "domains"
urlpatterns = [
    path("", domain_list, name="list"),
    path("find/", domain_find, name="find"),
    path("find/choose/", domain_choose, name="choose"),
    path("<str:name>/", domain_detail, name="detail"),
    path("<str:name>/refresh/", domain_refresh, name="refresh"),
]
