"""Cases: what people look into together, from the first suspicion to a decision with its reason."""
