"""Text as it is matched: normalised with offsets kept, cut into tokens, lines and sentences, numerals read."""
