"""Protocols of shippers that bring records of several sources, hosts and users in one body."""
