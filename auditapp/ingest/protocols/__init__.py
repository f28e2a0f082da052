"""Doors that speak other collectors' protocols, so that their shippers need nothing new."""
