"""How Elasticsearch indexes events and person-days: index templates made from `fields`.

Nothing in it needs more than the minimal distribution. A text is one keyword, so that regular
expressions find any part of it; one that is too long for that is indexed in windows beside it. The
windows stay in `_source`: to leave them out, a node takes each document apart and writes it anew,
which was a fifth of what it did for an event, and few events have any.
"""

from typing import Any

from analytics.fields import FIELDS, Kind
from analytics.store.elastic.address import Cluster
from analytics.store.meaning import WINDOW

Json = dict[str, Any]

WINDOWS = "windows."
TYPES: dict[Kind, Json] = {
    Kind.TIME: {"type": "date_nanos", "format": "strict_date_optional_time_nanos"},
    Kind.KEYWORD: {"type": "keyword"},
    Kind.TEXT: {"type": "keyword", "doc_values": False, "ignore_above": WINDOW},
    Kind.KEYWORDS: {"type": "keyword"},
    Kind.NUMBER: {"type": "long"},
    Kind.DECIMAL: {"type": "double"},
    Kind.FLAG: {"type": "boolean"},
    Kind.LABELS: {"type": "flattened"},
}
SETTINGS: Json = {"max_regex_length": 2_000, "codec": "best_compression"}


def events(pattern: str, cluster: Cluster) -> Json:
    """The template of the indices of events, one a month. Aliases are given to each by itself."""
    settings = SETTINGS | {"number_of_shards": cluster.shards} | copies(cluster)
    return {
        "index_patterns": [pattern],
        "priority": 500,
        "template": {
            "settings": {"index": settings},
            "mappings": {
                "dynamic": "strict",
                "properties": properties(),
            },
        },
    }


def properties() -> Json:
    """Each field's mapping, and the windows of the text fields."""
    windows = {
        f"{WINDOWS}{field.name}": {"type": "keyword", "doc_values": False}
        for field in FIELDS
        if field.kind is Kind.TEXT
    }
    return {field.name: TYPES[field.kind] for field in FIELDS} | windows


def flattened(properties: Json, before: str = "") -> Json:
    """The mappings of a cluster's answer by dotted names, as `properties` has them."""
    found: Json = {}
    for name, mapping in properties.items():
        if "properties" in mapping:
            found |= flattened(mapping["properties"], f"{before}{name}.")
        else:
            found[before + name] = mapping
    return found


def copies(cluster: Cluster) -> Json:
    """How many further copies each shard has."""
    if cluster.replicas is None:
        return {"auto_expand_replicas": "0-1"}
    return {"number_of_replicas": cluster.replicas, "auto_expand_replicas": "false"}


def person_days(index: str, cluster: Cluster) -> Json:
    """The template of the index of person-days: a document a day, its columns not indexed."""
    return {
        "index_patterns": [index],
        "priority": 500,
        "template": {
            "settings": {"index": {"number_of_shards": 1} | copies(cluster)},
            "mappings": {
                "dynamic": "strict",
                "properties": {
                    "day": {"type": "date", "format": "strict_date"},
                    "columns": {"type": "object", "enabled": False},
                },
            },
        },
    }
