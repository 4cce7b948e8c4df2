from django.urls import path

from billing.views.statements import billing_statement

app_name = "billing"
urlpatterns = [path("", billing_statement, name="statement")]
