"""Claims that tell the same occurrence become one incident."""
