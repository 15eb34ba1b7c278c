"""What we celebrate: compose, ground, guard, publish."""
