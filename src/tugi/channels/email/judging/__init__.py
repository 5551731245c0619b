"""What kind of letter it is: written by a machine, come back, and how far its sender is to be believed."""
