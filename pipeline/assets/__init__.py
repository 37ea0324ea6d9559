"""The Dagster side: thin assets, checks, jobs and schedules over the layers below.

Each asset imports the layer that it calls when it runs, so that the definitions load fast.
"""
