"""One module a format: each turns the bytes of a file into reports, streaming, and never touches the network."""
