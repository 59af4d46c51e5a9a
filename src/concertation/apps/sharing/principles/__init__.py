"""An organisation's own look at the four principles."""
