"""Linux audit records: joined into events, decoded, and told as who did what to whose."""
