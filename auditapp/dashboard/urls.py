"""Addresses of the pages; who may see which stands in `accounts.policy`."""

from django.urls import path

from auditapp.dashboard.views import (
    alerts,
    event,
    events,
    feeds,
    giving,
    identities,
    imports,
    overview,
    panels,
    people,
    person,
    pillars,
    readiness,
    rules,
    unknown,
)

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("people/", people.people, name="people"),
    path("people/<path:reference>/", person.person, name="person"),
    path("identities/", identities.identities, name="identities"),
    path("identities/of/<path:reference>/", identities.identity, name="identity"),
    path("identities/unknown/", unknown.unknown, name="unknown-accounts"),
    path("identities/unknown/decide/", unknown.decide, name="unknown-decide"),
    path("identities/give/", giving.give, name="identity-give"),
    path("identities/merge/", giving.merge, name="identity-merge"),
    path("identities/import/", imports.upload, name="identity-import"),
    path("identities/import/<int:draft_id>/", imports.draft, name="identity-draft"),
    path("identities/changes/", identities.changes, name="identity-changes"),
    path("events/", events.events, name="events"),
    path("events/<path:event_id>/", event.event, name="event"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<int:alert_id>/state/", alerts.change_state, name="alert-state"),
    path("isolation/", pillars.pillar, {"kind": "isolation"}, name="isolation"),
    path("review/", pillars.pillar, {"kind": "review"}, name="review"),
    path("traces/", pillars.pillar, {"kind": "traces"}, name="traces"),
    path("feeds/", feeds.feeds, name="feeds"),
    path("feeds/<path:name>/", feeds.feed, name="feed"),
    path("batches/<uuid:batch_id>/", feeds.batch, name="batch"),
    path("readiness/", readiness.readiness, name="readiness"),
    path("detections/", rules.rules, name="rules"),
    path("panels/<str:name>/", panels.panel, name="panel"),
]
