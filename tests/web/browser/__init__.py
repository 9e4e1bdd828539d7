"""The desk as a person meets it: Debian's Chromium against a real server and worker, on whichever database is set."""
