"""Commands that Django finds by this folder."""
