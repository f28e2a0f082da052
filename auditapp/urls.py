"""Every address: the REST door and its schema, health, signing in, and the pages."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from auditapp import health, metrics

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/", include("auditapp.ingest.urls")),
    path("api/v1/", include("auditapp.readside.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(template_name="ingest/api_docs.html"),
        name="api-docs",
    ),
    path("", include("auditapp.ingest.protocols.urls")),
    path("", include("auditapp.accounts.urls")),
    path("", include("auditapp.dashboard.urls")),
]

handler500 = "auditapp.dashboard.views.failed.failed"
