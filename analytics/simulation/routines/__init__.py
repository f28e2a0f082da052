"""What people and machines do on ordinary days."""
