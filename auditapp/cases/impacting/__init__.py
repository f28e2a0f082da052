"""What an act reached, as a list that a team works through after an incident."""
