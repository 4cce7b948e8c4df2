from django.urls import path

from domains.views.finding import domain_choose, domain_find
from domains.views.listing import domain_detail, domain_list

app_name = "domains"
urlpatterns = [
    path("", domain_list, name="list"),
    path("find/", domain_find, name="find"),
    path("find/choose/", domain_choose, name="choose"),
    path("<str:name>/", domain_detail, name="detail"),
]
