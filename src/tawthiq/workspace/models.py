"""The tables of a project: what was acquired, the reports in it, their claims, and the incidents made of them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Acquisition(models.Model):
    """A file in the archive: its number in the manifest and its hash.

    `read_by` is the reader that read it to its end, "" until then, `reports` how many it found.
    """

    number = models.PositiveBigIntegerField(unique=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.TextField()
    method = models.CharField(max_length=12)
    size = models.BigIntegerField()
    acquired_at = models.DateTimeField()
    tool = models.CharField(max_length=80)
    read_by = models.CharField(max_length=40, blank=True)
    reports = models.PositiveIntegerField(default=0)


class ReportRow(models.Model):
    """A version of a report. The latest version is current; older ones and their claims stay.

    `given` is the id that the file gave, `report` the id in the project: the same, unless another source uses it too. `platform`,
    `channel` and `message` tell where a post stands. `vocabulary` is that of its claims, "" until it has any; `copy_of` the report
    of which it is a near-copy.
    """

    acquisition = models.ForeignKey(Acquisition, on_delete=models.PROTECT)
    locator = models.TextField(blank=True)
    given = models.TextField()
    report = models.TextField()
    source = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    current = models.BooleanField(default=True)
    digest = models.CharField(max_length=64)
    reader = models.CharField(max_length=40)
    read_by_machine = models.FloatField(null=True)
    vocabulary = models.CharField(max_length=40, blank=True)
    platform = models.CharField(max_length=12, blank=True)
    channel = models.TextField(blank=True)
    message = models.BigIntegerField(null=True)
    edited = models.TextField(blank=True)
    published = models.TextField(blank=True)
    compared = models.BooleanField(default=False)
    signature = models.BinaryField(null=True)
    copy_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="copies", db_index=False)
    data = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "version"], name="one_row_a_version")]  # noqa: RUF012
        indexes = [  # noqa: RUF012
            models.Index(fields=["given"], name="report_given"),
            models.Index(fields=["vocabulary"], name="report_pending", condition=models.Q(current=True)),
            models.Index(fields=["channel", "message"], name="report_post", condition=models.Q(message__isnull=False)),
            models.Index(fields=["id"], name="report_compared", condition=models.Q(compared=False)),
            models.Index(fields=["copy_of"], name="report_copy", condition=models.Q(copy_of__isnull=False)),
            models.Index(fields=["source", "id"], name="report_source", condition=models.Q(current=True)),
            models.Index(fields=["id"], name="report_replaced", condition=models.Q(current=False)),
        ]


class Likeness(models.Model):
    """A band of a report's signature: reports that share one may be copies."""

    band = models.BigIntegerField(db_index=True)
    report = models.ForeignKey(ReportRow, on_delete=models.CASCADE, related_name="bands")


class Observation(models.Model):
    """Something seen of a source, never a deletion: a post "not-seen" in a later export, a page "gone", a feed "unreachable"."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=16)
    what = models.TextField(db_index=True)
    note = models.TextField(blank=True)
    acquisition = models.ForeignKey(Acquisition, null=True, on_delete=models.PROTECT)


class ClaimRow(models.Model):
    """A claim of one version of a report; `data` is the claim in the codebook's shape, as it was extracted.

    `name` is what an incident that begins with it is called after, `incident` the one that it belongs to. `linking` says what is
    to be done: compare it with others, put it into an incident anew, or nothing; `ruling` is a mark of what people decided about
    it.
    """

    NEW, STALE, DONE = 0, 1, 2

    key = models.TextField()
    report = models.ForeignKey(ReportRow, on_delete=models.CASCADE, related_name="claims")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    type = models.CharField(max_length=24)
    name = models.CharField(max_length=10, default="", db_index=True)
    incident = models.CharField(max_length=16, blank=True, default="", db_index=True)
    linking = models.PositiveSmallIntegerField(default=NEW)
    ruling = models.CharField(max_length=33, blank=True, default="")
    state = models.CharField(max_length=10, blank=True, default="")
    rank = models.IntegerField(null=True)
    added = models.BooleanField(default=False)
    edited = models.JSONField(null=True)
    data = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="one_claim_a_number")]  # noqa: RUF012
        indexes = [  # noqa: RUF012
            models.Index(fields=["key"], name="claim_key"),
            models.Index(fields=["linking", "id"], name="claim_to_link", condition=models.Q(linking__lt=2)),
            models.Index(fields=["ruling"], name="claim_ruled", condition=~models.Q(ruling="")),
            models.Index(fields=["rank", "id"], name="claim_queue", condition=models.Q(rank__isnull=False)),
            models.Index(fields=["state"], name="claim_state"),
        ]


class LinkKey(models.Model):
    """What a claim must share with another to be compared with it: the first 63 bits of the hash of a blocking key."""

    key = models.BigIntegerField(db_index=True)
    claim = models.ForeignKey(ClaimRow, on_delete=models.CASCADE, related_name="link_keys")


class Edge(models.Model):
    """Two claims that may tell one occurrence, and log2 of the odds that they do."""

    first = models.ForeignKey(ClaimRow, on_delete=models.CASCADE, related_name="edges_after")
    second = models.ForeignKey(ClaimRow, on_delete=models.CASCADE, related_name="edges_before")
    weight = models.FloatField()


class IncidentRow(models.Model):
    """An incident as it was last linked; the whole table can be made again from the claims.

    The columns beside `data` repeat what pages filter by; `place` is the place's code, else its name.
    """

    id = models.CharField(max_length=16, primary_key=True)
    type = models.CharField(max_length=24)
    start = models.DateField(null=True)
    end = models.DateField(null=True)
    corroboration = models.CharField(max_length=16, blank=True, default="")
    review = models.CharField(max_length=20, blank=True, default="")
    admin1 = models.CharField(max_length=8, blank=True, default="")
    place = models.TextField(blank=True, default="")
    data = models.JSONField()

    class Meta:
        indexes = [  # noqa: RUF012
            models.Index(fields=["type", "admin1", "corroboration", "review", "start", "place", "id"], name="incident_facets"),
            models.Index(fields=["start", "id"], name="incident_days"),
            models.Index(fields=["place"], name="incident_place"),
            models.Index(fields=["corroboration", "start"], name="incident_certainty"),
            models.Index(fields=["review", "start"], name="incident_review"),
            models.Index(fields=["end", "start"], name="incident_long", condition=models.Q(end__gt=models.F("start"))),
        ]


class IncidentTag(models.Model):
    """Something of which an incident has several, to be filtered by: `kind` is "actor" or "source"."""

    incident = models.ForeignKey(IncidentRow, on_delete=models.CASCADE, related_name="tags", db_index=False)
    kind = models.CharField(max_length=6)
    value = models.TextField()

    class Meta:
        indexes = [  # noqa: RUF012
            models.Index(fields=["kind", "value", "incident"], name="tag_value"),
            models.Index(fields=["incident", "kind", "value"], name="tag_incident"),
        ]


class Redirect(models.Model):
    """An incident's id that is no longer in use: what became of it. `new` is "" when none of its claims is left."""

    old = models.CharField(max_length=16, primary_key=True)
    new = models.CharField(max_length=16, blank=True, db_index=True)
    at = models.DateTimeField()


class DecisionRow(models.Model):
    """A decision of a person: added to the ledger, never changed and never removed.

    `refers` is the decision that an "undo" or a "settle" is about.
    """

    decision = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField()
    by = models.TextField()
    kind = models.CharField(max_length=20)
    refers = models.CharField(max_length=20, blank=True, default="", db_index=True)
    data = models.JSONField()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add a decision; raises ValueError for a change of one."""
        if self.pk is not None:
            raise ValueError("a decision is never changed: another one takes it back")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: raises ValueError."""
        raise ValueError("a decision is never removed: another one takes it back")


class Mark(models.Model):
    """What the derived tables were made with: the version of the weights, the grades of sources."""

    name = models.CharField(max_length=20, primary_key=True)
    value = models.TextField()


class DecisionReport(models.Model):
    """A report about whose claims a decision is."""

    decision = models.ForeignKey(DecisionRow, on_delete=models.CASCADE, related_name="reports")
    report = models.TextField(db_index=True)


class People(BaseUserManager["Person"]):
    """The people of a workspace."""


class Person(AbstractBaseUser):
    """Who works here: `role` is one of ROLES, `login` what decisions are signed with; the rest is how pages are shown to them.

    `totp` is the secret of the second factor, "" where there is none, `step` the last time step whose code was used.
    """

    ROLES = ("reader", "reviewer", "editor", "admin")

    login = models.CharField(max_length=60, unique=True)
    name = models.TextField(blank=True)
    role = models.CharField(max_length=10)
    is_active = models.BooleanField(default=True)
    joined = models.DateTimeField(auto_now_add=True)
    language = models.CharField(max_length=2, default="ar")
    digits = models.CharField(max_length=6, default="latin")
    theme = models.CharField(max_length=6, default="system")
    keys = models.BooleanField(default=True)
    totp = models.CharField(max_length=64, blank=True, default="")
    step = models.BigIntegerField(default=0)

    objects = People()
    USERNAME_FIELD = "login"

    def may(self, role: str) -> bool:
        """Say whether this person has a role or one above it."""
        return self.is_active and self.ROLES.index(self.role) >= self.ROLES.index(role)


class Invitation(models.Model):
    """A link that makes one account, or sets an account's password anew: only its hash is kept.

    `login` is the name that the account is to have, "" where who opens the link chooses it; `by` is who made it, "" for the
    program at its first start.
    """

    digest = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=10)
    login = models.CharField(max_length=60, blank=True, default="")
    by = models.TextField(blank=True, default="")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE)
    until = models.DateTimeField()
    used = models.BooleanField(default=False)


class Token(models.Model):
    """A key to the API: only its hash is kept. `scopes` are names of SCOPES, separated by spaces."""

    SCOPES = ("read", "decide", "export", "admin")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.TextField()
    made = models.DateTimeField(auto_now_add=True)
    used = models.DateTimeField(null=True)


class AuditEntry(models.Model):
    """What somebody changed or took out: the page's name, and what about. No address is kept: it could be used against them."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.TextField(db_index=True)
    action = models.CharField(max_length=60, db_index=True)
    what = models.TextField(blank=True)


class Lease(models.Model):
    """A claim that somebody has before them, so that nobody else gets it until then."""

    claim = models.OneToOneField(ClaimRow, on_delete=models.CASCADE, related_name="lease")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="leases")
    until = models.DateTimeField(db_index=True)


class CodingSet(models.Model):
    """Statements that several people code without seeing one another's codes. `units` are the statements, `coders` logins."""

    name = models.TextField()
    by = models.TextField()
    made = models.DateTimeField(auto_now_add=True)
    units = models.JSONField()
    coders = models.JSONField()


class Coding(models.Model):
    """How one person coded one statement of a set: `unit` is its number, `data` the slots."""

    coding_set = models.ForeignKey(CodingSet, on_delete=models.CASCADE, related_name="codings")
    person = models.TextField()
    unit = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now=True)
    data = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coding_set", "person", "unit"], name="one_code_each")]  # noqa: RUF012


class Job(models.Model):
    """Long work that a worker does: what was asked, how far it is, and what came of it.

    `state` is "asked" (a person has to answer first), "waiting", "running", "done", "failed" or "stopped"; `error` is a key of the
    pages' words or a line. Of what could not be read `problems` keeps the first ones, `troubles` counts all.
    """

    kind = models.CharField(max_length=12)
    by = models.TextField()
    made = models.DateTimeField(auto_now_add=True)
    began = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, default="asked", db_index=True)
    stopping = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=20, blank=True, default="")
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    given = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    troubles = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True, default="")


class Answer(models.Model):
    """What an analysis found, kept for the pages: `kind` of answer, whom or what it is about (`key`), its place in the order."""

    kind = models.CharField(max_length=16)
    key = models.TextField(blank=True, default="")
    number = models.PositiveIntegerField()
    data = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["kind", "key", "number"], name="answer_of")]  # noqa: RUF012


class SavedSearch(models.Model):
    """A search that a person keeps, and of what they want to hear: `alerts` are kinds of alert, `channel` how they are told.

    `address` is where an e-mail or a webhook goes; `digest` the hash of the secret by which a feed is read.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="searches")
    name = models.TextField()
    query = models.TextField(blank=True, default="")
    alerts = models.JSONField(default=list)
    channel = models.CharField(max_length=8, default="pages")
    address = models.TextField(blank=True, default="")
    digest = models.CharField(max_length=64, blank=True, default="", db_index=True)
    made = models.DateTimeField(auto_now_add=True)
    looked = models.BooleanField(default=False)


class Alert(models.Model):
    """Something that a saved search waited for: told once. `data` names it without a word of a report.

    What was there when the search was saved is entered as known (`before`), and never told.
    """

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="told")
    kind = models.CharField(max_length=16)
    about = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    data = models.JSONField(default=dict)
    before = models.BooleanField(default=False)
    sent = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["search", "kind", "about"], name="one_alert_each")]  # noqa: RUF012


class Withheld(models.Model):
    """An incident that a person keeps out of every further release, and why; taking it back removes the row.

    `claims` are what was withheld: whatever incident comes to hold one of them is kept out too.
    """

    incident = models.CharField(max_length=16, primary_key=True)
    by = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField()
    claims = models.JSONField(default=list)
