"""Where the peer takes texts."""

from django.http import HttpResponse
from django.urls import path
from rapidsms.backends.http.views import GenericHttpBackendView

FIELDS = {"identity_name": "From", "text_name": "Body"}

urlpatterns = [
    path("sms", GenericHttpBackendView.as_view(backend_name="line", params=FIELDS)),
    path("healthz", lambda request: HttpResponse("ok")),
]
