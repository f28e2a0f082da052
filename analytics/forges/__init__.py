"""What the logs of code forges share: envelopes of webhooks, pushed commits, names of acts."""
