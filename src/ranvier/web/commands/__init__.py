"""Every write of the desk, by noun. Keyword-only, `by=` the acting person, one transaction for change and audit event."""
