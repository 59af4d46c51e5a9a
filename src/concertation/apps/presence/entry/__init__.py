"""Activities entered and corrected by hand, one at a time, by the organisation that carries them out."""
