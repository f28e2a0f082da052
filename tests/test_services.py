"""The servers that tests need come up, and answer as themselves."""

import urllib.request

import psycopg
import pytest
import redis


@pytest.mark.elastic
def test_elasticsearch_comes_up(elastic_url: str) -> None:
    with urllib.request.urlopen(f"{elastic_url}/_cluster/health") as answer:
        assert answer.headers["X-Elastic-Product"] == "Elasticsearch"


@pytest.mark.redis
def test_redis_comes_up(redis_url: str) -> None:
    assert redis.Redis.from_url(redis_url).ping()


@pytest.mark.postgres
def test_postgresql_comes_up(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.info.server_version // 10_000 == 15
