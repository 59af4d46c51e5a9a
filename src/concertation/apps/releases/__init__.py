"""What leaves a State: made, controlled, signed by two people, published, withdrawn; the pages of it."""
