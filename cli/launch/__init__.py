"""What `wb` needs before anything is installed: the standard library only, and no Python newer than 3.8."""
