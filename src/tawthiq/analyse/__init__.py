"""Counts over incidents and claims."""
