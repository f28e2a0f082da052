"""What templates say of scores."""
