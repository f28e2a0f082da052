"""How feeds are shown: each number leads to what it counts, and silence is loud."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from auditapp.accounts.models import Role, User
from auditapp.dashboard import feeding, hours
from auditapp.dashboard.templatetags import amounts
from auditapp.ingest.models import Batch, Feed, Pulse, Silence, Tail
from tests.auditapp.dashboard.organisation import HOSTILE, Site
from tests.auditapp.dashboard.test_pages import assert_harmless, links, read


def batch(site: Site, ago: timedelta, **more: object) -> Batch:
    """A batch of the site's feed, received some time ago."""
    fields = {"feed": site.feed, "source": "auditd", "origin": "o", "size": 500, "lines": 20}
    row = Batch(**{**fields, "sha256": "1" * 64, "received": site.now - ago, **more})
    row.save()
    return row


@pytest.fixture
def alarm(site: Site) -> Silence:
    """The site's feed is silent since yesterday."""
    yesterday = site.now - timedelta(days=1)
    return Silence.objects.create(feed=site.feed, since=yesterday, expected_seconds=5400)


def test_rates_lag_and_clock_are_counted_by_feed_and_source(site: Site) -> None:
    batch(site, timedelta(minutes=10), duplicates=3, state=Batch.State.DONE, records=20)
    batch(site, timedelta(hours=5))
    Pulse.objects.create(
        feed=site.feed,
        source="auditd",
        heard=site.now,
        newest=site.now - timedelta(seconds=90),
        ahead=-2.0,
    )
    Pulse.objects.create(feed=site.feed, source="bash_history", heard=site.now, ahead=200.0)
    health = feeding.health(site.now)[0]
    assert (health.vitals.lag, health.vitals.ahead, health.vitals.skewed) == (90, 200, True)
    audit = health.sources["auditd"]
    assert (audit.counts.lines_hour, audit.counts.lines_day, audit.counts.waiting) == (20, 40, 1)
    assert (audit.counts.bytes_hour, audit.counts.duplicates, audit.skewed) == (500, 3, False)
    assert health.counts.batches == 3


@pytest.mark.parametrize(
    "name", ["dead-letters", "dead-letters/replay", "expect", "gpu/01", "?a#b"]
)
def test_no_page_stands_before_a_feed_of_its_name(analyst: Client, site: Site, name: str) -> None:
    Feed.objects.create(name=name)
    here = reverse("feed", args=[name])
    assert here in links(read(analyst, reverse("feeds")), here)
    assert f"<h1><bdi>{name}</bdi></h1>" in read(analyst, here)


def test_a_count_leads_to_its_batches(analyst: Client, site: Site) -> None:
    waiting = batch(site, timedelta(minutes=10))
    doubled = batch(site, timedelta(hours=30), duplicates=4, state=Batch.State.DONE)
    page = read(analyst, reverse("feeds"))
    here = reverse("feed", args=[site.feed.name])
    found = {}
    for name, asked in (("waiting", "waiting=1"), ("doubled", "duplicates=1"), ("hour", "from=")):
        address = next(link for link in links(page, f"{here}?") if asked in link)
        found[name] = links(read(analyst, address), "/batches/")
    assert found["waiting"] == [reverse("batch", args=[waiting.id])]
    assert found["doubled"] == [reverse("batch", args=[doubled.id])]
    assert reverse("batch", args=[waiting.id]) in found["hour"]
    assert reverse("batch", args=[doubled.id]) not in found["hour"]


def test_a_batch_that_was_not_read_does_not_say_that_every_line_was(
    analyst: Client, site: Site
) -> None:
    tries = [{"time": "2026-01-01", "attempt": n, "error": f"try {HOSTILE}"} for n in (1, 2)]
    failed = batch(site, timedelta(0), state=Batch.State.FAILED, error="gone", errors=tries)
    page = read(analyst, reverse("batch", args=[failed.id]))
    assert "Every line was read" not in page
    assert page.count("try &quot;&gt;&lt;img") == 2
    assert_harmless(page)
    done = batch(site, timedelta(0), state=Batch.State.DONE)
    assert "Every line was read" in read(analyst, reverse("batch", args=[done.id]))
    Tail.objects.create(batch=done, content=b"type=", at=0)
    assert "Every line before the tail was read" in read(analyst, reverse("batch", args=[done.id]))


def test_a_reason_of_rejected_lines_leads_to_those_lines(analyst: Client, site: Site) -> None:
    found = batch(site, timedelta(0), state=Batch.State.DONE, rejected=3)
    for line, reason in ((1, "no time"), (2, f"& {HOSTILE}"), (3, "no time")):
        found.rejected_lines.create(line=line, reason=reason, text=f"text {line}")
    here = reverse("batch", args=[found.id])
    often, rare = links(read(analyst, here), "?reason=")
    assert re.findall("text ([0-9])", read(analyst, here + often)) == ["1", "3"]
    assert re.findall("text ([0-9])", read(analyst, here + rare)) == ["2"]
    assert re.findall("text ([0-9])", read(analyst, here + "?reason=other")) == ["1", "2", "3"]


def test_only_a_silence_that_lasts_is_an_alarm(analyst: Client, site: Site, alarm: Silence) -> None:
    here = reverse("feed", args=[site.feed.name])
    assert 'class="card alarm"' in read(analyst, here)
    Silence.objects.update(ended=site.now)
    assert 'class="card alarm"' not in read(analyst, here)
    assert "spoke again" in read(analyst, here)


def test_an_hour_of_the_chart_leads_to_its_batches(analyst: Client, site: Site) -> None:
    one = batch(site, timedelta(hours=3))
    hour = next(hour for hour in hours.hours(site.feed, site.now) if hour.lines == 20)
    page = read(analyst, reverse("feed", args=[site.feed.name]))
    assert "<rect" in page
    assert f"?{hour.query.replace('&', '&amp;')}#batches" in page
    narrowed = read(analyst, f"{reverse('feed', args=[site.feed.name])}?{hour.query}")
    assert reverse("batch", args=[one.id]) in narrowed
    assert reverse("batch", args=[site.batch.id]) not in narrowed


def test_what_makes_no_sense_in_an_address_leaves_nothing_out(analyst: Client, site: Site) -> None:
    address = f"{reverse('feed', args=[site.feed.name])}?from=yesterday&to=9999999&page=x"
    assert reverse("batch", args=[site.batch.id]) in read(analyst, address)


@pytest.mark.parametrize("name", ["feeds", "overview", "traces"])
def test_a_silent_feed_is_shown_loudly(
    analyst: Client, site: Site, alarm: Silence, name: str
) -> None:
    page = read(analyst, reverse(name))
    assert "feed-alarm" in page
    assert "1 d" in page
    alarm.ended = site.now - timedelta(days=15)
    alarm.save()
    assert "feed-alarm" not in read(analyst, reverse(name))


def test_silent_feeds_come_first(site: Site, alarm: Silence) -> None:
    Feed.objects.create(name="newer", last_seen=site.now + timedelta(hours=1))
    assert [one.feed.name for one in feeding.health(site.now)] == ["lab/shell", "newer"]


def test_hostile_feed_names_stay_text(analyst: Client, site: Site) -> None:
    feed = Feed.objects.create(name=HOSTILE[:100], last_seen=site.now)
    Silence.objects.create(feed=feed, since=site.now, expected_seconds=60)
    for name in ("feeds", "overview", "traces"):
        assert_harmless(read(analyst, reverse(name)))
    assert_harmless(read(analyst, reverse("feed", args=[feed.name])))


def test_who_keeps_feeds_says_what_is_usual(site: Site) -> None:
    client = Client()
    client.force_login(User.objects.create_user("root", role=Role.ADMINISTRATOR))
    address = reverse("feed-expect", args=[site.feed.name])
    assert "Keep" in read(client, reverse("feed", args=[site.feed.name]))
    assert client.post(address, {"how": "set", "minutes": "30"}).status_code == 302
    assert Feed.objects.get().expected_seconds == 1800
    assert "30 min" in read(client, reverse("feed", args=[site.feed.name]))
    client.post(address, {"how": "any"})
    assert Feed.objects.get().expected_seconds == 0
    client.post(address, {"how": "learnt", "minutes": "5"})
    assert Feed.objects.get().expected_seconds is None


@pytest.mark.parametrize(
    "said", [{}, {"how": "x"}, *({"how": "set", "minutes": one} for one in ("", "0", "-1", "1e9"))]
)
def test_nonsense_about_what_is_usual_is_refused(site: Site, said: dict[str, str]) -> None:
    client = Client()
    client.force_login(User.objects.create_user("root", role=Role.ADMINISTRATOR))
    assert client.post(reverse("feed-expect", args=[site.feed.name]), said).status_code == 400
    assert Feed.objects.get().expected_seconds is None


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (None, "–"),
        (0, "0 s"),
        (59.6, "1 min"),
        (3700, "1 h 1 min"),
        (86_405, "1 d"),
        (timedelta(days=3, hours=4, minutes=5), "3 d 4 h"),
        (-90, "−1 min 30 s"),
    ],
)
def test_spans_read_well(length: float | timedelta | None, said: str) -> None:
    assert amounts.span(length) == said


@pytest.mark.parametrize(
    ("count", "said"), [(None, "0 B"), (999, "999 B"), (1400, "1.4 kB"), (999_960, "1.0 MB")]
)
def test_sizes_read_well(count: int | None, said: str) -> None:
    assert amounts.size(count) == said
