"""Shared working platform of the framework of the AES States with Togo and their partners."""

__version__ = "0.1.0"
