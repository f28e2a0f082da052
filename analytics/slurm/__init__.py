"""What Slurm's words mean: jobs, states, times, resources, nodes; shared by all that it writes."""
