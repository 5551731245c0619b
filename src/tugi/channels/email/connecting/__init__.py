"""Connecting a mailbox: servers found from its address, tried both ways, told in plain words."""
