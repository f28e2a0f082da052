"""What insiders do, each deed in several ways, with its traces in all logs at once."""
