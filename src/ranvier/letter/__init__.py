"""Letter to case: what a letter says, with every value tied to the words that said it."""
