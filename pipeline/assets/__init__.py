"""The Dagster side: thin assets, checks, jobs, schedules and sensors over the layers below.

Each asset imports the layer that it calls when it runs, so that the definitions load fast.
"""

import warnings

# Dagster would say at every load that backfill policies may still change.
warnings.filterwarnings(
    "ignore", message="Parameter `backfill_policy` of function `asset` is currently in beta"
)
