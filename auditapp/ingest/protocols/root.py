"""The root as shippers see it that take this for Elasticsearch; see elastic.RootMiddleware."""

from django.urls import path

from auditapp.ingest.protocols import elastic

urlpatterns = [path("", elastic.VersionView.as_view(), name="elastic-root")]
