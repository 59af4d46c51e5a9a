"""The reporting cycle: the calendar of a State, who has declared and who has not, validation and freeze."""
