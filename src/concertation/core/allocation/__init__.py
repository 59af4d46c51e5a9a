"""Joint allocation: earmarked money set against needs, solved in stated stages, each with a certificate anyone can check."""
