"""The common action plan: objectives, results, indicators and activities with their money and days, read, written, imported, printed."""
