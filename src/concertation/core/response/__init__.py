"""Rapid response: alerts on people in sudden need, what each sector did about them and when; dated bulletins of disasters."""
