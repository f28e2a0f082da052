"""Addresses of the lists."""

from django.urls import path, register_converter
from django.urls.converters import PathConverter

from auditapp.readside import api, impact, one_rule, verdicts


class AnythingConverter(PathConverter):
    """Whatever a client asks for, ends of lines too: what is not there is said in JSON."""

    regex = "(?s:.+)"


register_converter(AnythingConverter, "anything")

urlpatterns = [
    path("alerts", api.AlertsView.as_view(), name="api-alerts"),
    path("cases", api.CasesView.as_view(), name="api-cases"),
    path("exceptions", api.ExceptionsView.as_view(), name="api-exceptions"),
    path("risk", api.RiskView.as_view(), name="api-risk"),
    path("people", api.PeopleView.as_view(), name="api-people"),
    path("events", api.EventsView.as_view(), name="api-events"),
    path("rules", api.RulesView.as_view(), name="api-rules"),
    path("rules/<anything:rule_id>", one_rule.RuleView.as_view(), name="api-rule"),
    path("pillars", api.PillarsView.as_view(), name="api-pillars"),
    path("verdicts", verdicts.VerdictsView.as_view(), name="api-verdicts"),
    path("impact", impact.ImpactView.as_view(), name="api-impact"),
    path("reports", api.ReportsView.as_view(), name="api-reports"),
    path("feeds", api.FeedsView.as_view(), name="api-feeds"),
]
