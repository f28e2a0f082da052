"""Traffic to a Hugging Face hub as proxies and mirrors log it, whatever the log's format."""
