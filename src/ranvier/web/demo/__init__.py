"""Demo mode: four invented people and invented letters, so that a stranger sees the whole column in a minute."""
