"""Bytes in, hashed and kept for ever; one reader a format."""
