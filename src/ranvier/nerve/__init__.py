"""Nerve."""
