"""Who is typing? A person's commands held against the person's own past and everybody else's."""
