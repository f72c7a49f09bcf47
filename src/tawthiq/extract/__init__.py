"""Text becomes claims with evidence."""
