"""How letters leave: the postman, a letter as bytes, SMTP."""
