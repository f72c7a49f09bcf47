"""The vocabulary, loaded, checked and compiled into tables that find words and names fast."""
