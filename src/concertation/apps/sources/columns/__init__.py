"""What columns mean, remembered from one file to the next."""
