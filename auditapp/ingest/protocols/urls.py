"""Addresses of other collectors' protocols, where their shippers look for them.

Of several addresses for the same, the schema names the first.
"""

from django.urls import include, path, re_path

from auditapp.ingest.protocols import elastic, hec, otlp

HEC = "services/collector"
PROBES = (
    "license|xpack|ilm|index_template|template|component_template|data_stream|ingest|nodes"
    "|cluster|cat"
)
NOT_IN_SCHEMA = elastic.BulkView.as_view(schema=None)
ELASTIC = [
    path("_bulk", NOT_IN_SCHEMA),
    path("<str:index>/<str:kind>/_bulk", NOT_IN_SCHEMA),
    re_path(rf"^(?P<name>_(?:{PROBES}))(?:/(?P<rest>.*))?$", elastic.ProbeView.as_view()),
]
urlpatterns = [
    path("elasticsearch/", elastic.VersionView.as_view(), name="elastic-version"),
    path("elasticsearch/<str:index>/_bulk", NOT_IN_SCHEMA),
    path("elasticsearch/", include(ELASTIC)),
    path("<str:index>/_bulk", elastic.BulkView.as_view(), name="elastic-bulk"),
    path("", include(ELASTIC)),
    path(f"{HEC}/event", hec.EventView.as_view(), name="hec-event"),
    path(f"{HEC}/raw", hec.RawView.as_view(), name="hec-raw"),
    path(f"{HEC}/ack", hec.AckView.as_view(), name="hec-ack"),
    path(f"{HEC}/health", hec.HealthView.as_view(), name="hec-health"),
    path("v1/logs", otlp.LogsView.as_view(), name="otlp-logs"),
    path(HEC, hec.EventView.as_view(schema=None)),
    path(f"{HEC}/1.0", hec.EventView.as_view(schema=None)),
    path(f"{HEC}/event/1.0", hec.EventView.as_view(schema=None)),
    path(f"{HEC}/raw/1.0", hec.RawView.as_view(schema=None)),
    path(f"{HEC}/health/1.0", hec.HealthView.as_view(schema=None)),
]
