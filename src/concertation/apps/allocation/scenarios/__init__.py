"""The scenarios of a round: what each changes in the question, the work of solving it, and what came of it."""
