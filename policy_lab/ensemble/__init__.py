"""Ensembles: many runs of one model, kept on disk, the basis of every study method.

===============  ==========================================================================
``factors``      what is varied: ranges and distributions
``plan``         a study as written, and the same checked against its model
``study_file``   reading and writing a study as TOML
``designs``      samples of the unit cube, made row by row so that they need not fit in memory
``folder``       a result folder: its lock, its finished chunks, its files
``runner``       samples in, outcomes out, chunk by chunk, resumable
``cluster``      the same chunks made by the workers of a Dask cluster
``findings``     the tidy table that a study results in
``evaluation_cache``  simulated outcomes of a search, on disk, so that a stopped search resumes
``compare_runs`` samples and outcomes of two result folders, compared number by number
===============  ==========================================================================

The methods themselves are in ``policy_lab.studies``, one file each.
"""
