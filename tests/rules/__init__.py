"""Rules of the house as tests, each with its reason and the way round it."""
