"""Request in, one call, template out. Who may see which page is decided in access.py before a view runs."""
