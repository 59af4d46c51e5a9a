"""The node's own way to keep a password, at a hundredth of its cost: tests make hundreds of accounts."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """Argon2 with one pass over 64 kB."""

    time_cost, memory_cost, parallelism = 1, 64, 1
