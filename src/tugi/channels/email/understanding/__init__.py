"""Understanding a letter: from raw bytes to what a person wrote. No network, no database."""
