"""Where an API server of Kubernetes delivers its audit events, by a kubeconfig with our token."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from auditapp.ingest.api import IngestView
from auditapp.ingest.serializers import AcceptedSerializer, ErrorSerializer, LabelSerializer

SOURCE = "kubernetes_audit"


class KubernetesAuditView(IngestView):
    """Takes lists of audit events."""

    beside = ("timeout",)

    @extend_schema(
        operation_id="kubernetes_audit",
        summary="Deliver audit events of Kubernetes",
        description=(
            "An EventList in JSON, as the webhook backend of an API server sends it. It is read "
            "after it is answered: what is no event is a rejected line of its batch."
        ),
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            LabelSerializer,
            OpenApiParameter("timeout", str, description="how long the API server waits; unused"),
        ],
        responses={
            200: AcceptedSerializer,
            202: AcceptedSerializer,
            **dict.fromkeys((400, 401, 403, 408, 411, 413, 415, 422, 429, 503), ErrorSerializer),
        },
    )
    def post(self, request: Request) -> Response:  # type: ignore[override]
        """202 with the batch's address."""
        return super().post(request, SOURCE)
