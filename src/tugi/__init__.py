"""Tugi: customer service for web shops, where a robot team-mate answers only what it can prove."""

__version__ = "0.1.0"
