"""The Dagster side: thin assets, checks, jobs and schedules over the layers below."""
