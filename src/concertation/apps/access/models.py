"""People and what they are mandated to do; a person may hold several mandates."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from concertation.apps.ground.models import new_id
from concertation.core.sharing import Role

ROLES = [
    (Role.READER.value, _("lecteur de l'État")),
    (Role.REPORTER.value, _("déclarant de l'organisation")),
    (Role.REPORTER_LEAD.value, _("responsable des déclarants de l'organisation")),
    (Role.DATA_MANAGER.value, _("gestionnaire des données de l'État")),
    (Role.RELEASE_AUTHORITY.value, _("autorité de diffusion de l'État")),
    (Role.ANALYST.value, _("analyste du secrétariat")),
    (Role.DONOR.value, _("bailleur")),
    (Role.FACILITATOR.value, _("facilitateur communautaire")),
    (Role.PSEA_FOCAL_POINT.value, _("point focal PEAS")),
    (Role.AUDITOR.value, _("auditeur")),
    (Role.ADMINISTRATOR.value, _("administrateur")),
]


class People(BaseUserManager["User"]):
    """Accounts by e-mail address."""

    def create_user(self, email: str, password: str | None = None, *, name: str = "", language: str = "fr") -> User:
        """Open an account; without a password nobody can sign in to it."""
        user = self.model(email=self.normalize_email(email), name=name, language=language)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account. The journal knows only the id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("adresse électronique"), unique=True)
    name = models.CharField(_("nom"), max_length=120, blank=True)
    language = models.CharField(_("langue"), max_length=2, default="fr")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)
    terms_version = models.CharField(max_length=12, blank=True)
    terms_accepted_on = models.DateField(null=True)

    objects = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.name or self.email


class HeldMandate(models.Model):
    """A person x role x State x organisation, from a day to a day; ended before its day by an act."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="held_mandates")
    role = models.CharField(max_length=24, choices=ROLES)
    state = models.CharField(max_length=3, blank=True)
    organisation = models.CharField(max_length=80, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, editable=False)
    given_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "state", "organisation", "valid_from"], condition=models.Q(ended_at__isnull=True), name="mandate_once",
            ),
        ]
        indexes = [models.Index(fields=["state", "role"]), models.Index(fields=["organisation"])]


class Invitation(models.Model):
    """A mandate offered to an address: a link of one use, known here by its digest alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField()
    role = models.CharField(max_length=24, choices=ROLES)
    state = models.CharField(max_length=3, blank=True)
    organisation = models.CharField(max_length=80, blank=True)
    valid_to = models.DateField(null=True)
    digest = models.CharField(max_length=64, unique=True)
    given_by = models.CharField(max_length=64)
    given_under = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    taken_up_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="invitations")

    class Meta:
        indexes = [models.Index(fields=["state"]), models.Index(fields=["organisation"])]


class PersonalToken(models.Model):
    """A key to the programming interface with some of its person's mandates; known here by its digest alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    mandates = models.ManyToManyField(HeldMandate, related_name="tokens")
    created_at = models.DateTimeField()
    expires_on = models.DateField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
