"""The event store on Elasticsearch 8.19 or 9: `store.Elastic`, and what it is made of.

It uses nothing that the minimal distribution lacks: no scripts, data streams, life cycles, reindex
or delete by query.
"""
