"""The Django application of the desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """One application holds the whole desk: its tables refer to one another too much to be split."""

    name = "ranvier.web"
    label = "desk"
    verbose_name = "The desk"
    default_auto_field = "django.db.models.BigAutoField"
