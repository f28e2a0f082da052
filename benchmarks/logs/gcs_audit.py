"""What people and service accounts did with objects in buckets, as a log sink writes it."""

import random
from typing import Any

from benchmarks.json_lines import json_lines
from benchmarks.lab import PROJECTS, address, checkpoint, digest, moment, person

METHODS = ("get", "get", "get", "list", "create", "delete")
OF_IAM = ("google.iam.admin.v1.CreateServiceAccountKey", "SetIamPolicy")


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_entry, size, seed)


def _entry(number: int, chance: random.Random) -> dict[str, Any]:
    project = chance.choice(PROJECTS).replace("/", "-")
    bucket, service = f"ckpt-{project}", "storage.googleapis.com"
    method = f"storage.objects.{chance.choice(METHODS)}"
    resource = f"projects/_/buckets/{bucket}/objects/{checkpoint(chance)}"
    if method.endswith("list"):
        resource = f"projects/_/buckets/{bucket}"
    if chance.random() < 0.03:
        method, service = chance.choice(OF_IAM), "iam.googleapis.com"
        resource = f"projects/-/serviceAccounts/{digest(chance, 20)}"
    denied = chance.random() < 0.04
    by_person = chance.random() < 0.4
    account = f"job-{chance.randrange(30)}@lab.iam.gserviceaccount.com"
    payload = {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "status": {"code": 7, "message": "PERMISSION_DENIED"} if denied else {},
        "authenticationInfo": {
            "principalEmail": f"{person(chance)}@lab.example" if by_person else account
        },
        "requestMetadata": {
            "callerIp": address(chance),
            "callerSuppliedUserAgent": f"gcloud-python/2.{chance.randrange(20)}.0 gsutil",
            "requestAttributes": {"time": f"{moment(number):%Y-%m-%dT%H:%M:%S.%f}123Z", "auth": {}},
            "destinationAttributes": {},
        },
        "serviceName": service,
        "methodName": method,
        "authorizationInfo": [
            {
                "resource": resource,
                "permission": method,
                "granted": not denied,
                "resourceAttributes": {},
            }
        ],
        "resourceName": resource,
        "resourceLocation": {"currentLocations": ["europe-west4"]},
    }
    return {
        "protoPayload": payload,
        "insertId": digest(chance, 14),
        "resource": {
            "type": "gcs_bucket",
            "labels": {"bucket_name": bucket, "location": "europe-west4", "project_id": "lab"},
        },
        "timestamp": f"{moment(number):%Y-%m-%dT%H:%M:%S.%f}123Z",
        "severity": "ERROR" if denied else "INFO",
        "logName": "projects/lab/logs/cloudaudit.googleapis.com%2Fdata_access",
        "receiveTimestamp": f"{moment(number):%Y-%m-%dT%H:%M:%S.%f}987Z",
    }
