"""Multifocal motor neuropathy, from a reader's letter to a sourced answer that a clinician signs.

Start at `ranvier.workbench`: it is the one module that knows the whole chain. Nothing is imported here, so that
`import ranvier` costs next to nothing.
"""

__version__ = "0.1.0"
