"""Signing in and out."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.decorators import method_decorator

from auditapp.accounts import attempts, policy
from auditapp.accounts.forms import SignInForm


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """Asks for name and password; after too many failures answers 429 for a while."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """A fragment that met an ended session sends the whole page here."""
        if request.headers.get("HX-Request") and request.method == "GET":
            response = HttpResponse(status=204)
            response["HX-Redirect"] = resolve_url("sign-in")
            return response
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: str, **kwargs: object) -> HttpResponse:
        """Tries the password unless there were too many tries."""
        if attempts.paused(*self._who()):
            form = self.form_class(request)
            context = self.get_context_data(form=form, paused=True)
            response = self.render_to_response(context, status=429)
            response["Retry-After"] = str(attempts.PAUSE_SECONDS)
            return response
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Signs in."""
        attempts.succeeded(*self._who())
        return super().form_valid(form)  # type: ignore[arg-type]

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Counts the failure and asks again."""
        attempts.failed(*self._who())
        return super().form_invalid(form)  # type: ignore[arg-type]

    def get_default_redirect_url(self) -> str:
        """The first page that the role may see."""
        return resolve_url(policy.home(self.request.user))

    def _who(self) -> tuple[str, str]:
        name = self.request.POST.get("username", "")
        return name, self.request.META.get("REMOTE_ADDR", "")


class SignOut(LogoutView):
    """Ends the session; by POST only."""

    http_method_names = ["post", "options"]  # noqa: RUF012 - as the parent has it
