"""What each segment of each nerve does: measured from sweeps or numbers, judged by every published edition."""
