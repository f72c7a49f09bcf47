"""Tags and filters of the workspace's templates."""
