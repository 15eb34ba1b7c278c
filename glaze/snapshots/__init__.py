"""What can be proven about one user in one group."""
