"""The desk: readers ask, a clinician answers and signs, an editor publishes the column.

Which question does this folder answer? Who may see and do what, with which letter, and what is kept of it. It reasons
about nothing itself: `reasoning.py` alone calls the workbench. `states.py` is the one table of states and moves,
`access.py` the one table of pages and roles, `signature.py` says what a signature covers, `privacy.py` what is kept of
a reader. Writes live in `commands/`, one transaction for the change and its audit event.
"""
