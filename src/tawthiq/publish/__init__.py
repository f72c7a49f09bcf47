"""What people read: briefs with maps and charts."""
