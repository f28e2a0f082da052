"""What sources of JSON share: values that cannot be trusted, and documents made into batches."""
