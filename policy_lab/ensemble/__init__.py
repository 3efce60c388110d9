"""Many runs of one model, kept on disk: what every study method stands on.

===============  ==========================================================================
``factors``      what is varied: ranges and distributions
``plan``         a study as written, and the same checked against its model
``study_file``   reading and writing a study as TOML
``designs``      samples of the unit cube, made row by row so that they need not fit in memory
``folder``       a result folder: its lock, its finished chunks, its files
``runner``       samples in, outcomes out, chunk by chunk, resumable
``cluster``      the same chunks made by the workers of a Dask cluster
``indices``      variance-based indices of many outputs at once, with their bootstrap
``history``      what really happened, from the model's ``data/history.csv``
``fitting``      least squares in the unit cube, profile intervals, what cannot be told apart
``findings``     the tidy table a study ends in
``wording``      numbers and lists as people say them
``picture``      figures for a report, as PNG and SVG
``report``       one self-contained HTML page
===============  ==========================================================================

The methods themselves are in ``policy_lab.studies``, one file each.
"""
