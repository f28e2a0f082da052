"""A month looked over: which jobs failed without a reason, and who was near before they did."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.victims import (
    acts,
    asking,
    association,
    code,
    controls,
    dependants,
    exposure,
    failures,
    incidents,
    pods,
    runs,
    sightings,
    steps,
    things,
    written,
)
from analytics.governance.victims.dependants import Worse
from analytics.governance.victims.designs import Near
from analytics.governance.victims.failures import DAY, MINUTE, NEVER, Failures, Flags, Times, micro
from analytics.governance.victims.incidents import Incidents
from analytics.governance.victims.joining import Codes, Timeline
from analytics.governance.victims.things import Things
from analytics.site import Site
from analytics.store.base import EventStore

LOOKED_BACK = timedelta(days=30)
STOOD_STILL = 5 * MINUTE  # without a step, where one was told each minute


@dataclass(frozen=True, slots=True)
class Study:
    """What was found: runs and their failures, incidents, acts, and who was near them by each of
    the designs of `controls`, beside others (`near`), the same owner's and the same nodes' runs;
    and after whose changes more failed (`worse`). `acts` are those that answer to no failure,
    `hands` all."""

    runs: pa.Table
    failures: Failures
    incidents: Incidents
    things: Things
    events: pa.Table
    hands: acts.Acts
    acts: acts.Acts
    people: Sequence[str]
    owner: Codes
    near: Sequence[Near]
    of_owners: Sequence[Near]
    of_nodes: Sequence[Near]
    worse: Sequence[Worse]

    @property
    def breaking(self) -> list[Worse]:
        """Convincing ones after whose changes more failed, each person once."""
        found: dict[int, Worse] = {}
        for one in self.worse:
            if one.convinces:
                found.setdefault(one.person, one)
        return list(found.values())

    @property
    def named(self) -> list[Near]:
        """What is convincing, each person once, in the way that is least probable by chance."""
        found: dict[int, Near] = {}
        for one in self.near:
            if self.convinces(one):
                found.setdefault(one.person, one)
        return list(found.values())

    def convinces(self, one: Near) -> bool:
        """Whether it is enough to name somebody, in every design."""
        if not association.convincing(one):
            return False
        folders = one.channel in association.OF_FOLDERS
        designs = [self.of_owners] if folders else [self.of_owners, self.of_nodes]
        return association.agrees(one, designs)


Chosen = Callable[[pa.Table, Failures, Things], Failures]


def runs_of(store: EventStore, since: datetime, until: datetime, site: Site) -> pa.Table:
    """The runs of since ≤ time < until, of schedulers and in pods."""
    jobs = runs.of_events(asking.jobs(store, since, until), site.directory)
    return pa.concat_tables([jobs, pods.of_events(asking.cluster(store, since, until), site)])


def of_store(
    store: EventStore,
    since: datetime,
    until: datetime,
    site: Site,
    *,
    ran: pa.Table | None = None,
    training: pa.Table | None = None,
    chosen: Chosen | None = None,
) -> Study:
    """The study of since ≤ time < until; of any length up to half a year. `ran` are the runs of
    that time and `training` how they went, where they are at hand. `chosen` may set
    more failures aside, given the runs and what they depend on."""
    if ran is None:
        ran = runs_of(store, since, until, site)
    told = _with_changes(
        asking.acts(store, since, until), pods.acts_of(asking.cluster(store, since, until), ran)
    )
    faults = asking.faults(store, since, until)
    if training is None:
        training = training_of(store, since, until, ran)
    return of_tables(ran, told, faults, training, site, until, chosen)


def of_tables(
    ran: pa.Table,
    told: pa.Table,
    faults: pa.Table,
    training: pa.Table,
    site: Site,
    until: datetime,
    chosen: Chosen | None = None,
) -> Study:
    """The study of runs, acts, faults of machines and progress of training, up to a time."""
    ran = _on_short_names(ran)
    events = site.directory.joined(told)
    people = _people(ran, events)
    owner = sightings.numbered(ran["owner"], people)
    failed = failures.of_runs(ran, _stood_still(ran, training), steps.of_training(ran, training))
    depended = things.of_runs(
        ran, written.folders(ran, events, training), code.of_runs(ran, events, training)
    )
    nodes = len(depended.nodes)
    failed = failures.explained(failed, _faulty(depended, failed, faults, site))
    if chosen:
        failed = chosen(ran, failed, depended)
    risk = controls.of_runs(ran, failed, owner)
    found = sightings.of_events(events, people, depended, risk, site)
    found = acts.thinned(found)
    rows = np.flatnonzero(failed.failed)
    counted = acts.unprompted(found, depended.of_run, rows, failed.onset[rows])
    changes = counted.where(counted.kind == acts.FOLDER)
    whole = incidents.of_failures(
        ran, failed, depended.of_run, nodes, Timeline(changes.thing, changes.time)
    )
    now = int(until.timestamp() * 1e6) - 1

    def by(sets: controls.Sets) -> list[Near]:
        exposures = exposure.of_sets(sets, risk, depended.of_run, counted)
        return association.tested(sets, risk, exposures)

    near = by(controls.others_then(whole, risk, now))
    of_owners: list[Near] = []
    of_nodes: list[Near] = []
    if any(map(association.convincing, near)):  # else nobody asks for more
        of_owners = by(controls.same_owner_another_day(whole, risk, now))
        of_nodes = by(controls.same_nodes_another_day(whole, risk, depended.of_run, nodes, now))
    return Study(
        runs=ran,
        failures=failed,
        incidents=whole,
        things=depended,
        events=events,
        acts=counted,
        hands=found,
        people=people.to_pylist(),
        owner=owner,
        near=near,
        of_owners=of_owners,
        of_nodes=of_nodes,
        worse=dependants.of_acts(ran, failed, risk, depended.of_run, found),
    )


def _with_changes(told: pa.Table, in_cluster: pa.Table) -> pa.Table:
    """The acts with those on a cluster, which say in a further column what they were about."""
    names = [*(name for name in in_cluster.column_names if name in told.column_names), pods.THING]
    return pa.concat_tables([told, in_cluster.select(names)], promote_options="default")


def training_of(store: EventStore, since: datetime, until: datetime, ran: pa.Table) -> pa.Table:
    """How the training of those runs went that failed, and of the newest of the others."""
    crashed = pc.is_in(ran["state"], value_set=pa.array([*failures.CRASHED, "CANCELLED"]))
    failed = pc.unique(ran.filter(crashed)["id"]).sort().to_pylist()
    others = ran.filter(pc.invert(crashed)).sort_by([("began", "ascending"), ("id", "ascending")])
    went_on = pc.unique(others["id"]).to_pylist()
    return asking.training(store, since, until, failed, went_on)


def _on_short_names(ran: pa.Table) -> pa.Table:
    lists = ran["nodes"].combine_chunks()
    flat = sightings.short(pc.list_flatten(lists))
    counts = np.asarray(pc.fill_null(pc.list_value_length(lists), 0).to_numpy(), dtype=np.int64)
    offsets = pa.array(np.concatenate(([0], np.cumsum(counts))).astype(np.int32))
    place = ran.schema.get_field_index("nodes")
    return ran.set_column(place, "nodes", pa.ListArray.from_arrays(offsets, flat))


def _people(ran: pa.Table, events: pa.Table) -> pa.Array:
    names = {*pc.unique(ran["owner"]).to_pylist(), *pc.unique(events["person"]).to_pylist()}
    return pa.array(sorted(names - {None}), pa.string())


def _stood_still(ran: pa.Table, training: pa.Table) -> Times:
    """When the last step of a run was told, where it went on for a while without any; or when it
    said that it failed."""
    found = np.full(ran.num_rows, NEVER)
    if not training.num_rows:
        return found
    rows = np.asarray(
        pc.fill_null(pc.index_in(training["job.id"], value_set=ran["id"].combine_chunks()), -1)
    )
    times, ended = micro(training["@timestamp"], 0), micro(ran["ended"], NEVER)
    steps = np.asarray(pc.fill_null(pc.equal(training["event.action"], "training-step"), False))
    last = np.zeros(ran.num_rows, dtype=np.int64)
    np.maximum.at(last, rows[steps & (rows >= 0)], times[steps & (rows >= 0)])
    still = (last > 0) & (ended < NEVER) & (ended - last > STOOD_STILL)
    found[still] = last[still]
    broke = np.asarray(pc.fill_null(pc.equal(training["event.action"], "training-failed"), False))
    np.minimum.at(found, rows[broke & (rows >= 0)], times[broke & (rows >= 0)])
    return found


def _faulty(depended: Things, failed: Failures, faults: pa.Table, site: Site) -> Flags:
    """Runs one of whose nodes was broken when they failed."""
    found = np.zeros(len(failed.onset), dtype=bool)
    rows = np.flatnonzero(failed.failed)
    places, codes = depended.of_run.of(rows)
    onset = failed.onset[rows[places]]
    hosts = pa.array(depended.nodes, pa.string())
    lists = pc.fill_null(pc.list_value_length(faults["job.nodes"].combine_chunks()), 0)
    named = np.asarray(lists.to_numpy(), dtype=np.int64)
    of_fault = np.concatenate((np.arange(faults.num_rows), np.repeat(np.arange(len(named)), named)))
    flat = pc.list_flatten(faults["job.nodes"].combine_chunks())
    names = pa.concat_arrays([faults["host.name"].combine_chunks(), flat])
    node = sightings.numbered(sightings.short(names), hosts)
    times = micro(faults["@timestamp"], 0)[of_fault]
    line = Timeline(node[node >= 0], times[node >= 0])
    near = line.any(codes, onset - failures.BROKEN_BEFORE, onset + failures.BROKEN_AFTER)
    found[rows[places[near]]] = True
    for one in site.incidents:
        if one.host:
            number = int(sightings.numbered(sightings.short(pa.array([one.host])), hosts)[0])
            since = int(one.since.timestamp() * 1e6) - failures.BROKEN_AFTER
            until = int(one.until.timestamp() * 1e6) if one.until else NEVER - DAY
            hit = (codes == number) & (onset >= since) & (onset <= until + failures.BROKEN_BEFORE)
            found[rows[places[hit & (number >= 0)]]] = True
    return found
