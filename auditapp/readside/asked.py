"""What all lists have in common: who may ask for them, and how they answer."""

from rest_framework.authentication import SessionAuthentication
from rest_framework.views import APIView

from auditapp.accounts.authentication import HoldsScope, TokenAuthentication
from auditapp.accounts.scopes import Scope
from auditapp.ingest.protocols.negotiation import OneAnswer


class ListView(APIView):
    """A list of one kind, in JSON whatever is asked for."""

    content_negotiation_class = OneAnswer
    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes = (HoldsScope,)
    scope: Scope
