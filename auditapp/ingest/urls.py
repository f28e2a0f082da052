"""Addresses of the REST door."""

from django.urls import path

from auditapp.ingest import api, webhooks
from auditapp.ingest.kubernetes import KubernetesAuditView

urlpatterns = [
    path("ingest/<str:source>", api.IngestView.as_view(), name="api-ingest"),
    path("webhooks/kubernetes-audit", KubernetesAuditView.as_view(), name="api-kubernetes-audit"),
    path("webhooks/<str:forge>", webhooks.WebhookView.as_view(), name="api-webhook"),
    path("batches/<str:batch_id>", api.BatchView.as_view(), name="api-batch"),
]
