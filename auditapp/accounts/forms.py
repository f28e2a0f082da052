"""The form of the sign-in page."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """User name and password; its errors never tell which of the two was wrong."""

    error_messages = {  # noqa: RUF012 - as the parent has it
        "invalid_login": "This user name and password do not belong together.",
        "inactive": "This sign-in is switched off.",
    }

    username = forms.CharField(
        label="User name",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
