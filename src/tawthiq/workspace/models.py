"""The tables of a project: what was acquired, the reports in it, their claims, and the incidents made of them."""

from __future__ import annotations

from django.db import models


class Acquisition(models.Model):
    """A file as it was read: its hash, under which its bytes are kept, and when, under what name and by what it was got."""

    sha256 = models.CharField(max_length=64)
    name = models.TextField()
    size = models.BigIntegerField()
    acquired_at = models.DateTimeField()
    tool = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sha256", "name"], name="one_acquisition_of_a_file")]  # noqa: RUF012


class ReportRow(models.Model):
    """A version of a report. The latest version is current; older ones and their claims stay.

    `given` is the id that the file gave, `report` the id in the project: the same, unless another source uses it too.
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
    vocabulary = models.CharField(max_length=40)
    data = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "version"], name="one_row_a_version")]  # noqa: RUF012
        indexes = [models.Index(fields=["current", "given"], name="report_current")]  # noqa: RUF012


class ClaimRow(models.Model):
    """A claim of one version of a report; `data` is the claim in the codebook's shape."""

    key = models.TextField()
    report = models.ForeignKey(ReportRow, on_delete=models.CASCADE, related_name="claims")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    type = models.CharField(max_length=24)
    data = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="one_claim_a_number")]  # noqa: RUF012
        indexes = [models.Index(fields=["key"], name="claim_key")]  # noqa: RUF012


class IncidentRow(models.Model):
    """An incident as it was last linked; the whole table can be made again from the claims."""

    id = models.CharField(max_length=16, primary_key=True)
    type = models.CharField(max_length=24)
    start = models.DateField(null=True)
    data = models.JSONField()
