# The first tables of a project.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='IncidentRow',
            fields=[
                ('id', models.CharField(max_length=16, primary_key=True, serialize=False)),
                ('type', models.CharField(max_length=24)),
                ('start', models.DateField(null=True)),
                ('data', models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name='Acquisition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('name', models.TextField()),
                ('size', models.BigIntegerField()),
                ('acquired_at', models.DateTimeField()),
                ('tool', models.CharField(max_length=80)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('sha256', 'name'), name='one_acquisition_of_a_file')],
            },
        ),
        migrations.CreateModel(
            name='ReportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('locator', models.TextField(blank=True)),
                ('given', models.TextField()),
                ('report', models.TextField()),
                ('source', models.TextField(blank=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('current', models.BooleanField(default=True)),
                ('digest', models.CharField(max_length=64)),
                ('reader', models.CharField(max_length=40)),
                ('vocabulary', models.CharField(max_length=40)),
                ('data', models.JSONField()),
                ('acquisition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='workspace.acquisition')),
            ],
        ),
        migrations.CreateModel(
            name='ClaimRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.TextField()),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(max_length=12)),
                ('type', models.CharField(max_length=24)),
                ('data', models.JSONField()),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='claims', to='workspace.reportrow')),
            ],
        ),
        migrations.AddIndex(
            model_name='reportrow',
            index=models.Index(fields=['current', 'given'], name='report_current'),
        ),
        migrations.AddConstraint(
            model_name='reportrow',
            constraint=models.UniqueConstraint(fields=('report', 'version'), name='one_row_a_version'),
        ),
        migrations.AddIndex(
            model_name='claimrow',
            index=models.Index(fields=['key'], name='claim_key'),
        ),
        migrations.AddConstraint(
            model_name='claimrow',
            constraint=models.UniqueConstraint(fields=('report', 'number'), name='one_claim_a_number'),
        ),
    ]
