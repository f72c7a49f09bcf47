"""Mentions become actors, places and dates."""
