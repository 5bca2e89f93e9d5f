"""What we were given: hostile containers opened safely."""
