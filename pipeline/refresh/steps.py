"""A refresh, step by step: plan, fetch, list, read, make, publish, record.

The command and the Dagster assets call the same steps, so both give the same bytes. What is made is
written beside the standing dataset, checked, held against it, and only then published. A build is a
refresh that remembers nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.publish import versions
from pipeline.refresh import cache as caches
from pipeline.refresh import fetching, log
from pipeline.refresh.cache import Cache, SourceState
from pipeline.refresh.fetching import Outcome
from pipeline.sources.kinds import FetchError, Place, kind_of
from pipeline.sources.places import place_of
from pipeline.sources.registry import Source, SourcesError, digest, read_sources
from pipeline.tables import fingerprint

if TYPE_CHECKING:
    import polars as pl

    from pipeline.refresh.changes import Changes
    from pipeline.refresh.folding import Folded, Standing, Written
    from pipeline.refresh.guards import Objection
    from pipeline.refresh.reading import Read
    from pipeline.tables.checks import CheckResult
    from pipeline.tables.extract import Reading

Progress = Callable[[int], None]

# A file in the candidate's folder: its tables have passed every check.
_CHECKED = ".checked"

# A DuckDB file is written whole where so much of it would change, or where changes have made it so
# much larger than it need be: DuckDB fills its holes again, but not all.
_MOST_CHANGED = 0.2
_MOST_GROWN, _ROOM = 1.6, 64 * 1024 * 1024


class ChecksFailedError(Exception):
    """Tables break their rules; nothing was published. `failed` holds the rules and the rows."""

    def __init__(self, failed: list[CheckResult]) -> None:
        super().__init__("\n".join(str(result) for result in failed))
        self.failed = failed

    @property
    def in_short(self) -> str:
        """Which rules are broken, in words."""
        rules = ", ".join(f"{result.rule.table}.{result.rule.name}" for result in self.failed)
        return f"The tables break {rules}. Nothing was published; the standing dataset is as it was."


class HeldBackError(Exception):
    """Sources would pass their limits, and nothing can be published without them. `made` is what would
    have been published, with the objections to it."""

    def __init__(self, made: Made) -> None:
        reasons = "\n".join(str(objection) for objection in made.objections)
        super().__init__(
            f"{reasons}\nWhat is remembered of the standing dataset is gone, so no source can be held back "
            "by itself: nothing was published. Look at the reasons, then run `commonplace refresh --accept`."
        )
        self.made = made


@dataclass(frozen=True)
class Plan:
    """What a run is about: every enabled source, which of them it fetches, which may pass their limits
    this once, and what is remembered of the standing dataset."""

    raw: Path
    out: Path
    places: Mapping[str, Place]
    named: frozenset[str]
    accepted: frozenset[str]
    cache: Cache | None
    guarded: bool

    @property
    def sources(self) -> list[Source]:
        """Every enabled source, by name."""
        return [place.source for place in self.places.values()]

    @property
    def rights(self) -> dict[str, str]:
        """What each source publishes."""
        return {source.name: source.publish for source in self.sources}


@dataclass(frozen=True)
class Listed:
    """Every raw post that the sources hold: a frame of LISTING, the state of each source that it was
    made from (None where nothing is known of the source), and how each source that was to be fetched
    came off. `base` is the standing dataset that it was held against."""

    posts: pl.DataFrame
    states: Mapping[str, str | None]
    outcomes: Sequence[Outcome]
    base: str | None


@dataclass(frozen=True)
class Made:
    """A candidate that was written and checked, and how it differs from what stands. `objections` are
    against sources that were held back, and against those that were let through."""

    folded: Folded
    standing: Standing | None
    written: Written
    results: list[CheckResult]
    read: Read
    listed: Listed
    changes: Changes
    objections: list[Objection] = field(default_factory=list)


@dataclass(frozen=True)
class Refreshed:
    """What one run did: its id, the version of the dataset that stands now and whether it is new, the
    rows of each table and the rejects by reason, and one row of the record for each source."""

    run: str
    version: str
    is_new: bool
    rows: Mapping[str, int]
    rejects: Mapping[str, int]
    raw_posts: int
    raw_bytes: int
    records: Sequence[log.Refresh]
    notes: Sequence[str]
    seconds: float

    @property
    def is_good(self) -> bool:
        """True where the dataset shows every source that was asked for as it now stands."""
        return all(record.outcome in log.GOOD for record in self.records)


def refresh(
    raw: Path,
    out: Path,
    names: Iterable[str] = (),
    *,
    accept: bool | Collection[str] = False,
    anew: bool = False,
    fetch: bool = True,
    attempts: int = fetching.ATTEMPTS,
    trigger: str = "command",
    workers: int = 0,
    progress: Progress | None = None,
) -> Refreshed:
    """Bring the dataset in `out` to where the sources of `raw` are now, and publish what differs.

    `names` are the sources to fetch, all where none is named. `accept` lets these sources (or all)
    pass their limits this once. `anew` remembers nothing and holds nothing against what stands: a
    build. `fetch=False` works with what was fetched before.

    Raises SourcesError, UnknownProfileError, OutputsError, ChecksFailedError, DatabaseError or OSError;
    the standing dataset is then as it was. A source that fails or is held back raises nothing: it
    stays as it was, and its record says why.
    """
    begun = time.monotonic()
    sources = read_sources(raw)
    with versions.lock(out):
        plan = make_plan(raw, out, sources, names, accept=accept, anew=anew)
        run = start_run(out, plan.cache)
        outcomes = fetch_sources(plan, attempts) if fetch else []
        if unchanged(plan, outcomes):
            return record_unchanged(plan, run, outcomes, trigger, begun)
        check_profiles(sources)
        listed = list_posts(plan, outcomes)
        if not listed.posts.height and plan.cache is None:
            record_nothing(plan, run, listed.outcomes, trigger)
            raise SourcesError(nothing_found(plan, listed.outcomes))
        read = read_listed(plan, listed, workers, progress)
        try:
            made = make_tables(plan, listed, read)
        except HeldBackError as error:
            record_failure(plan, run, error.made, str(error), trigger, begun)
            raise
        if failed := [result for result in made.results if not result.passed]:
            broken = ChecksFailedError(failed)
            record_failure(plan, run, made, broken.in_short, trigger, begun)
            raise broken
        return publish_tables(plan, run, made, trigger, begun)


def build(
    raw: Path, out: Path, workers: int = 0, progress: Progress | None = None, *, fetch: bool = True
) -> Refreshed:
    """Build everything from nothing: a refresh that remembers nothing. Raises what `refresh` raises."""
    return refresh(raw, out, anew=True, workers=workers, progress=progress, fetch=fetch)


def make_plan(
    raw: Path,
    out: Path,
    sources: Sequence[Source],
    names: Iterable[str] = (),
    *,
    accept: bool | Collection[str] = False,
    anew: bool = False,
) -> Plan:
    """What a run is about. Raises SourcesError where a name is no enabled source's."""
    places = {source.name: place_of(raw, source) for source in sources}
    wanted = list(names)
    for name in wanted:
        if name not in places:
            known = ", ".join(places)
            raise SourcesError(f"{name!r} is no enabled source of {raw}/sources.yaml. Known are: {known}.")
    chosen = frozenset(wanted or places)
    accepted = chosen if accept is True else frozenset(accept or ())
    cache = None if anew else caches.load(out)
    return Plan(raw, out, places, chosen, accepted, cache, guarded=not anew)


def start_run(out: Path, cache: Cache | None) -> str:
    """The id of a run that begins now. Where a run was killed after it published and before it was
    recorded, its record is completed first."""
    from pipeline.refresh.changes import new_run

    if cache is not None and cache.records:
        rows = [log.of_json(row) for row in cache.records]
        if rows[0].run not in log.runs(out):
            log.append(out, rows)
    return new_run(out, datetime.now(UTC))


def fetch_sources(plan: Plan, attempts: int = fetching.ATTEMPTS) -> list[Outcome]:
    """Fetch the sources that are named; no failure stops another."""
    return fetching.fetch((plan.places[name] for name in sorted(plan.named)), attempts)


def unchanged(plan: Plan, outcomes: Sequence[Outcome]) -> bool:
    """True where the standing dataset is what this run would make, for all that is remembered."""
    cache = plan.cache
    standing = versions.standing(plan.out)
    if cache is None or standing is None or not cache.sources.keys() <= plan.places.keys():
        return False
    if cache.code != fingerprint.of_all():
        return False
    failed = {outcome.source for outcome in outcomes if not outcome.is_good}
    for name, place in plan.places.items():
        remembered = cache.sources.get(name)
        if remembered is None:
            if name in plan.named and (name not in failed or _state(place) is not None):
                return False
            continue
        if remembered.entry != digest(place.source):
            return False
        # What was held back stays so until it is looked at again.
        if name in plan.named and name not in failed and _state(place) != remembered.state:
            return False
    return caches.database_is_intact(cache, standing / "commonplace.duckdb")


def check_profiles(sources: Iterable[Source]) -> None:
    """Raises UnknownProfileError where a source names a profile that does not exist."""
    from pipeline.sites.registry import UnknownProfileError, profile_for

    for source in sources:
        for host in source.profiles:
            try:
                profile_for(host, source.profiles)
            except UnknownProfileError as error:
                raise UnknownProfileError(f"source {source.name!r}: {error}") from error


def list_posts(plan: Plan, outcomes: Sequence[Outcome] = ()) -> Listed:
    """List the raw posts of every source.

    A source that was not named, or that could not be looked at, is listed as the standing dataset
    has it.
    """
    import polars as pl

    from pipeline.refresh import listing

    cache = plan.cache
    ledger = caches.load_ledger(plan.out, cache) if cache else None
    frames = [pl.DataFrame(schema=listing.LISTING)]
    states: dict[str, str | None] = {}
    told = {outcome.source: outcome for outcome in outcomes}
    is_first = versions.standing(plan.out) is None
    for name, place in plan.places.items():
        remembered = cache.sources.get(name) if cache else None
        is_same_entry = remembered is not None and remembered.entry == digest(place.source)
        if name not in plan.named and remembered is not None and ledger is not None and is_same_entry:
            frames.append(listing.as_listed(ledger.filter(source=name)))
            states[name] = remembered.state
            continue
        if name not in plan.named and remembered is None and (cache is not None or is_first):
            states[name] = None  # not asked for yet, and so not in the dataset
            continue
        try:
            states[name] = kind_of(place.source).state(place)
            known = remembered.state if remembered and is_same_entry else None
            frames.append(listing.list_posts(place, known, ledger))
        except (FetchError, OSError) as error:
            told[name] = _failed(name, error, told.get(name))
            states[name] = remembered.state if remembered else None
            if remembered and ledger is not None:
                frames.append(listing.as_listed(ledger.filter(source=name)))
    base = cache.place if cache else None
    return Listed(pl.concat(frames), states, [told[name] for name in sorted(told)], base)


def read_listed(plan: Plan, listed: Listed, workers: int = 0, progress: Progress | None = None) -> Read:
    """Read the listed posts that are not known: the ledger, and the records made now."""
    from pipeline.refresh.reading import read_posts

    before = caches.load_ledger(plan.out, plan.cache) if plan.cache else None
    return read_posts(listed.posts, before, plan.places, readings_of(plan), workers, progress)


def readings_of(plan: Plan) -> dict[str, Reading]:
    """How the posts of each source are read."""
    from pipeline.tables.extract import Reading

    made_by = fingerprint.of_profiles()
    return {source.name: Reading(source.profiles, source.publish, made_by) for source in plan.sources}


def make_tables(plan: Plan, listed: Listed, read: Read) -> Made:
    """Make the tables, write what differs beside the standing dataset, try every rule, and hold the
    result against what stands.

    Sources that would pass their limits are held back: they stay as they stand, and the tables are
    made without what is new of them. A candidate that breaks a rule cannot be published.
    """
    held: list[Objection] = []
    while True:
        made = _make(plan, listed, read)
        if not plan.guarded or not all(result.passed for result in made.results):
            return replace(made, objections=held)
        found = _objections(plan, made, {objection.source for objection in held})
        held_now = [objection for objection in found if objection.source not in plan.accepted]
        if not held_now:
            return replace(made, objections=held + found)
        held += held_now
        if plan.cache is None:
            raise HeldBackError(replace(made, objections=held))
        listed = _hold_back(plan, listed, {objection.source for objection in held})
        read = read_listed(plan, listed)


def publish_tables(plan: Plan, run: str, made: Made, trigger: str, begun: float) -> Refreshed:
    """Write the other formats of the candidate, make it the standing dataset, and record the run.

    Raises OutputsError where no candidate stands that every rule has passed.
    """
    from pipeline.publish import csv
    from schemas import TABLES

    candidate = versions.candidate(plan.out)
    if not (candidate / _CHECKED).exists():
        raise versions.OutputsError(
            f"{candidate}: holds no tables that passed every check. Make the tables first."
        )
    standing, cache = versions.standing(plan.out), plan.cache
    is_base = standing is not None and cache is not None and made.standing is not None
    segments = {}
    for table in TABLES:
        kept = made.written.kept[table.name]
        older = standing / "csv" / f"{table.name}.csv" if is_base and standing else None
        before = cache.segments.get(table.name, {}) if is_base and cache else {}
        if older and not made.written.files[table.name] and kept == before.keys():
            versions.keep_file(older, candidate / "csv" / older.name)
            segments[table.name] = before
        else:
            segments[table.name] = csv.write_csv(
                table, candidate / "parquet", candidate / "csv", older, before, kept
            )
    whole_size = _write_database(plan, made, candidate / "commonplace.duckdb", standing if is_base else None)
    (candidate / _CHECKED).unlink()

    settled = versions.settle(plan.out, cache.files if cache else None)
    is_new = standing is None or standing.name != settled.place.name
    rows = {name: frame.height for name, frame in made.folded.tables.items()}
    records = _records(plan, run, made, settled.digest, trigger, begun)
    database = (settled.place / "commonplace.duckdb").stat()
    remembered = Cache(
        version=settled.digest,
        place=settled.place.name,
        code=fingerprint.of_all(),
        assembly=fingerprint.of_assembly(),
        sources=_states(plan, made),
        files=settled.files,
        segments=segments,
        database=caches.Database(
            database.st_size, database.st_mtime_ns, database.st_ino, whole_size or database.st_size
        ),
        ledger=caches.save_ledger(plan.out, made.read.ledger),
        rows=rows,
        rejects=_reasons(made),
        raw_bytes=int(made.read.ledger["raw_bytes"].sum()),
        records=[log.as_json(record) for record in records],
    )
    # In this order: who is killed in between finds the old dataset with what is remembered of it, or
    # the new one with what is remembered of that.
    caches.save(plan.out, remembered)
    versions.turn(plan.out, settled)
    caches.forget_others(plan.out, remembered)
    return _recorded(
        plan, run, remembered, records, made.changes, made.objections, is_new, _notes(made), begun
    )


def record_unchanged(
    plan: Plan, run: str, outcomes: Sequence[Outcome], trigger: str, begun: float
) -> Refreshed:
    """Record a run that found nothing new."""
    if plan.cache is None:
        raise ValueError("nothing is remembered of the standing dataset")
    now, remembered = datetime.now(UTC), plan.cache.sources
    told = {outcome.source: outcome for outcome in outcomes}
    records = [
        log.Refresh(
            run=run,
            source=name,
            started_at=told[name].started_at if name in told else now,
            finished_at=now,
            trigger=trigger,
            outcome="unchanged" if name not in told or told[name].is_good else told[name].code,
            message=told[name].message if name in told else None,
            from_version=remembered[name].state if name in remembered else None,
            to_version=remembered[name].state if name in remembered else None,
            dataset_version=plan.cache.version,
            posts=remembered[name].posts if name in remembered else None,
            seconds=round(told[name].seconds if name in told else 0.0, 3),
        )
        for name in sorted(plan.named)
    ]
    notes = [note for outcome in outcomes for note in outcome.notes]
    return _recorded(plan, run, plan.cache, records, None, (), False, notes, begun)


def record_nothing(plan: Plan, run: str, outcomes: Sequence[Outcome], trigger: str) -> None:
    """Record a run that found no raw post at all, and nothing that stands."""
    now = datetime.now(UTC)
    log.append(
        plan.out,
        [
            log.Refresh(
                run=run,
                source=outcome.source,
                started_at=outcome.started_at,
                finished_at=now,
                trigger=trigger,
                outcome="no_posts" if outcome.is_good else outcome.code,
                message=outcome.message,
                seconds=round(outcome.seconds, 3),
            )
            for outcome in outcomes
        ],
    )


def record_failure(plan: Plan, run: str, made: Made, message: str, trigger: str, begun: float) -> None:
    """Record, and report, a run of which nothing was published."""
    from pipeline.refresh.changes import write_report

    standing = plan.cache.version if plan.cache else None
    records = [
        replace(record, outcome="failed", message=message) if record.outcome in log.GOOD else record
        for record in _records(plan, run, made, standing, trigger, begun)
    ]
    log.append(plan.out, records)
    write_report(plan.out, run, records, made.changes, made.objections)


def _make(plan: Plan, listed: Listed, read: Read) -> Made:
    from pipeline.refresh import folding
    from pipeline.refresh.changes import compare
    from pipeline.tables.checks import check
    from schemas import TABLES

    candidate = versions.prepare(plan.out)
    version = versions.standing(plan.out)
    cache = plan.cache
    if listed.base != (cache.place if cache else None):
        raise versions.OutputsError(
            f"{plan.out}: another refresh has published since the posts were listed. Start again."
        )
    standing = None
    if cache and version:
        standing = folding.read_standing(version, caches.load_ledger(plan.out, cache))
    folded = folding.fold(read.ledger, read.records, standing)
    is_other_code = cache is None or cache.assembly != fingerprint.of_assembly()
    written = folding.write(folded, standing, candidate / "parquet", anew=is_other_code)
    changed = None
    if standing is not None and not is_other_code:
        keys = {table.name: list(table.key) for table in TABLES}
        changed = {name: change.fresh.select(keys[name]) for name, change in folded.changes.items()}
    results = check(folded.tables, written.files, listed.posts, plan.rights, changed)
    if all(result.passed for result in results):
        (candidate / _CHECKED).touch()
    before, after = folding.to_compare(folded, standing, version, candidate)
    return Made(folded, standing, written, results, read, listed, compare(before, after))


def _objections(plan: Plan, made: Made, held: set[str]) -> list[Objection]:
    import polars as pl

    from pipeline.refresh import folding
    from pipeline.refresh.guards import objections

    before = made.standing.tables if made.standing else folding.light_tables(versions.standing(plan.out))
    if before is None:
        return []
    # Which posts are new is asked of the published tables: they are there when nothing is remembered.
    at = ["source", "raw_path", "raw_sha256"]
    known = pl.concat([before["revisions"].select(at), before["rejects"].select(at)])
    new = made.read.ledger.select(*at, "article_id").join(known, on=at, how="anti", nulls_equal=True)
    rejects = made.folded.tables["rejects"].join(new, on=at, how="semi", nulls_equal=True)
    found = []
    for source in plan.sources:
        if source.name in plan.named and source.name not in held:
            posts = new.filter(source=source.name).height
            found += objections(source, before, made.folded.tables, posts, rejects)
    return found


def _hold_back(plan: Plan, listed: Listed, sources: set[str]) -> Listed:
    """The listing with these sources as the standing dataset has them."""
    import polars as pl

    from pipeline.refresh import listing

    if plan.cache is None:
        raise ValueError("nothing is remembered of the standing dataset")
    ledger = caches.load_ledger(plan.out, plan.cache).filter(pl.col("source").is_in(list(sources)))
    others = listed.posts.filter(~pl.col("source").is_in(list(sources)))
    states = {
        name: plan.cache.sources[name].state if name in sources else state
        for name, state in listed.states.items()
    }
    return replace(listed, posts=pl.concat([others, listing.as_listed(ledger)]), states=states)


def _write_database(plan: Plan, made: Made, path: Path, standing: Path | None) -> int | None:
    """Write the DuckDB file: the standing one with what changed, or whole; then returns None.

    Of the standing one, the size that it had when it was last written whole.
    """
    from pipeline.publish import duckdb

    cache, deltas = plan.cache, made.written.deltas
    older = standing / "commonplace.duckdb" if standing else None
    if (
        older is not None
        and cache is not None
        and cache.assembly == fingerprint.of_assembly()
        and caches.database_is_intact(cache, older)
        and older.stat().st_size < _MOST_GROWN * cache.database.whole_size + _ROOM
    ):
        changed = sum(delta.gone.height + delta.fresh.height for delta in deltas.values())
        if not changed:
            versions.keep_file(older, path)
            return cache.database.whole_size
        if changed < _MOST_CHANGED * sum(frame.height for frame in made.folded.tables.values()):
            duckdb.update_database(older, path, deltas)
            return cache.database.whole_size
    duckdb.write_database(path.parent / "parquet", path)
    return None


def _records(
    plan: Plan, run: str, made: Made, version: str | None, trigger: str, begun: float
) -> list[log.Refresh]:
    """One row of the record for each source that the run was about."""
    import polars as pl

    cache, read = plan.cache, made.read
    told = {outcome.source: outcome for outcome in made.listed.outcomes}
    held: dict[str, list[str]] = {}
    for objection in made.objections:
        if objection.source not in plan.accepted:
            held.setdefault(objection.source, []).append(str(objection))
    before = caches.load_ledger(plan.out, cache) if cache else None
    now, rows = datetime.now(UTC), []
    for name in sorted(plan.named):
        outcome = told.get(name)
        posts = read.ledger.filter(source=name)
        older = before.filter(source=name) if before is not None else posts.clear()
        at = ["path", "raw_sha256"]
        new = posts.join(older, on=at, how="anti", nulls_equal=True)
        added = new.join(older, on="path", how="anti")
        gone = older.join(posts, on="path", how="anti")
        articles = made.changes.of(name)
        code = "refreshed" if outcome is None or outcome.is_good else outcome.code
        state = made.listed.states.get(name)
        from_version = cache.sources[name].state if cache and name in cache.sources else None
        differs = new.height or gone.height or articles.new or articles.changed or articles.removed
        if code == "refreshed" and from_version is not None and not differs:
            code = "unchanged"
        rows.append(
            log.Refresh(
                run=run,
                source=name,
                started_at=outcome.started_at if outcome else now,
                finished_at=now,
                trigger=trigger,
                outcome="held_back" if name in held else code,
                message="\n".join(held[name]) if name in held else outcome.message if outcome else None,
                from_version=from_version,
                to_version=state,
                dataset_version=version,
                posts=posts.height,
                posts_added=added.height,
                posts_changed=new.height - added.height,
                posts_removed=gone.height,
                posts_rejected=new.filter(pl.col("article_id").is_null()).height,
                articles_new=len(articles.new),
                articles_updated=len(articles.changed),
                articles_removed=len(articles.removed),
                seconds=round(time.monotonic() - begun, 3),
            )
        )
    return rows


def _recorded(
    plan: Plan,
    run: str,
    cache: Cache,
    records: Sequence[log.Refresh],
    changes: Changes | None,
    objections: Sequence[Objection],
    is_new: bool,
    notes: Sequence[str],
    begun: float,
) -> Refreshed:
    """Leave the record, and a report where there is something to report."""
    from pipeline.refresh.changes import Changes, write_report

    warning = log.append(plan.out, records)
    if is_new or objections or any(record.outcome not in log.GOOD for record in records):
        write_report(plan.out, run, records, changes or Changes(), objections)
    return Refreshed(
        run=run,
        version=cache.version,
        is_new=is_new,
        rows=cache.rows,
        rejects=cache.rejects,
        raw_posts=sum(source.posts for source in cache.sources.values()),
        raw_bytes=cache.raw_bytes,
        records=records,
        notes=[*notes, *([warning] if warning else [])],
        seconds=time.monotonic() - begun,
    )


def _states(plan: Plan, made: Made) -> dict[str, SourceState]:
    posts = dict(made.read.ledger.group_by("source").len().iter_rows())
    return {
        name: SourceState(state, digest(plan.places[name].source), posts.get(name, 0))
        for name, state in made.listed.states.items()
        if state is not None
    }


def _reasons(made: Made) -> dict[str, int]:
    return dict(made.folded.tables["rejects"].group_by("reason").len().sort("reason").iter_rows())


def _notes(made: Made) -> list[str]:
    return [note for outcome in made.listed.outcomes for note in outcome.notes]


def _state(place: Place) -> str | None:
    try:
        return kind_of(place.source).state(place)
    except (FetchError, OSError):
        return None


def _failed(name: str, error: FetchError | OSError, fetched: Outcome | None) -> Outcome:
    """The outcome of a source that could not be listed; that it could not be fetched says more."""
    if fetched is not None and not fetched.is_good:
        return fetched
    code = error.outcome if isinstance(error, FetchError) else "unreadable"
    return Outcome(name, code, str(error), (), datetime.now(UTC), 0.0)


def nothing_found(plan: Plan, outcomes: Sequence[Outcome]) -> str:
    """What to say of a run that found no raw post at all: why, and what to do."""
    failed = [outcome.message or outcome.code for outcome in outcomes if not outcome.is_good]
    if failed:
        return "\n".join(failed)
    looked = ", ".join(f"{place.location}/{place.source.glob}" for place in plan.places.values())
    return f"{plan.raw}: no raw post was found at {looked}. Mend the location or the glob."
