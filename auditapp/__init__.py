"""The Django project: people look at what the domain found, logs come in, reports go out."""
