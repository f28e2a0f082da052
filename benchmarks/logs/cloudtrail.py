"""Records of AWS CloudTrail, 1 to 1.5 KB each: reads and writes of checkpoints, sign-ins, IAM."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.json_lines import json_lines

START = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = ("asilva", "bkim", "mroux", "tnowak")
ACTS = (
    *(("s3.amazonaws.com", name) for name in ("GetObject", "GetObject", "HeadObject")),
    *(("s3.amazonaws.com", name) for name in ("PutObject", "DeleteObject", "ListObjects")),
    ("sts.amazonaws.com", "AssumeRole"),
    ("iam.amazonaws.com", "AttachUserPolicy"),
)
ACCOUNT = "111122223333"


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_record, size, seed)


def _record(number: int, chance: random.Random) -> dict[str, Any]:
    moment = START + timedelta(milliseconds=number * 931)
    service, action = chance.choice(ACTS)
    of_data = service.startswith("s3")
    record: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": _identity(moment, chance),
        "eventTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": service,
        "eventName": action,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": f"10.0.{chance.randint(0, 9)}.{chance.randint(1, 250)}",
        "userAgent": "[Boto3/1.34.0 md/Botocore#1.34.0 ua/2.0 os/linux#5.15.0 lang/python#3.11.9]",
        "requestParameters": _asked(action, number, chance, of_data=of_data),
        "responseElements": None,
        "requestID": f"{chance.getrandbits(64):016X}",
        "eventID": f"{chance.getrandbits(32):08x}-1c2d-4e5f-8a9b-{number:012x}",
        "readOnly": action.startswith(("Get", "Head", "List")),
        "eventType": "AwsApiCall",
        "managementEvent": not of_data,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Data" if of_data else "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": "ckpt-llm.s3.eu-west-1.amazonaws.com",
        },
    }
    if of_data:
        record["additionalEventData"] = {
            "SignatureVersion": "SigV4",
            "CipherSuite": "TLS_AES_128_GCM_SHA256",
            "bytesTransferredIn": 0,
            "AuthenticationMethod": "AuthHeader",
            "x-amz-id-2": f"{chance.getrandbits(256):064x}",
            "bytesTransferredOut": chance.randint(1, 1 << 32),
        }
    if chance.random() < 0.05:
        record |= {"errorCode": "AccessDenied", "errorMessage": "Access Denied"}
    return record


def _identity(moment: datetime, chance: random.Random) -> dict[str, Any]:
    who = chance.choice(PEOPLE)
    if chance.random() < 0.4:
        return {
            "type": "IAMUser",
            "principalId": f"AIDA{PEOPLE.index(who):016d}",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/{who}",
            "accountId": ACCOUNT,
            "accessKeyId": f"AKIA{PEOPLE.index(who):016d}",
            "userName": who,
        }
    return {
        "type": "AssumedRole",
        "principalId": f"AROA0000000000000001:{who}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/trainers/{who}",
        "accountId": ACCOUNT,
        "accessKeyId": f"ASIA{chance.randint(0, 10**6):016d}",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROA0000000000000001",
                "arn": f"arn:aws:iam::{ACCOUNT}:role/trainers",
                "accountId": ACCOUNT,
                "userName": "trainers",
            },
            "attributes": {
                "creationDate": f"{moment:%Y-%m-%d}T06:00:00Z",
                "mfaAuthenticated": "true",
            },
        },
    }


def _asked(action: str, number: int, chance: random.Random, *, of_data: bool) -> dict[str, Any]:
    if of_data:
        return {
            "bucketName": "ckpt-llm",
            "Host": "ckpt-llm.s3.eu-west-1.amazonaws.com",
            "key": f"llm-13b/run-{number % 211}/step-{number}.safetensors",
        }
    if action == "AssumeRole":
        return {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/trainers", "roleSessionName": "ci"}
    return {
        "userName": chance.choice(PEOPLE),
        "policyArn": "arn:aws:iam::aws:policy/AmazonS3FullAccess",
    }
