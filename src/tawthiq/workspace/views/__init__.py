"""The pages: each reads what was asked, calls what does it, and shows the result."""
