"""How letters come in: mailboxes read by IMAP, and doors of our own."""
