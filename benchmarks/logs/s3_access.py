"""Server access log of a bucket with checkpoints."""

import random
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)
USERS = [f"{first}{last}" for first in "abcdefgh" for last in ("silva", "kim", "roux", "nowak")]
OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
VERBS = ("GET", "GET", "GET", "PUT", "HEAD", "DELETE")
ANSWERS = (("200", "-"), ("200", "-"), ("206", "-"), ("403", "AccessDenied"))
AGENTS = ("Boto3/1.34.0 md/Botocore#1.34.0 ua/2.0 os/linux", "aws-cli/2.15.0", "s5cmd/2.2.2")


def generated(size: int, seed: int = 7) -> bytes:
    """So many requests."""
    chance = random.Random(seed)
    return ("\n".join(_line(number, chance) for number in range(size)) + "\n").encode()


def _line(number: int, chance: random.Random) -> str:
    moment, verb = START + timedelta(milliseconds=number * 211), chance.choice(VERBS)
    key = f"llm-13b/step-{chance.randint(1, 900) * 100}/shard-{chance.randint(0, 63):05}.bin"
    status, code = chance.choice(ANSWERS)
    size = chance.randint(1, 5_000_000_000)
    return (
        f"{OWNER} ckpt-llm [{moment:%d/%b/%Y:%H:%M:%S} +0000] "
        f"10.0.{chance.randint(0, 9)}.{chance.randint(1, 250)} "
        f"arn:aws:iam::111122223333:user/{chance.choice(USERS)} {chance.getrandbits(64):016X} "
        f'REST.{verb}.OBJECT {key} "{verb} /ckpt-llm/{key} HTTP/1.1" {status} {code} {size} '
        f'{size} {chance.randint(1, 900)} {chance.randint(1, 90)} "-" "{chance.choice(AGENTS)}" - '
        f"{chance.getrandbits(400):080x}= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader "
        "ckpt-llm.s3.example TLSv1.2 - -"
    )
