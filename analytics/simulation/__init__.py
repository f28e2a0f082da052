"""A synthetic organisation that writes the logs real tools would, with the truth beside them."""
