"""The pages of inspections (巡检): the round, the list of rounds, the review."""
