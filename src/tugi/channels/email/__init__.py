"""E-mail: mailboxes read by IMAP, doors of our own, letters understood, letters sent."""
