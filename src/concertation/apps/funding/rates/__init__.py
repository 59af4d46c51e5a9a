"""Exchange rates: each of one day, with its source, stated by a person or the reference set; conversion says which it took."""
