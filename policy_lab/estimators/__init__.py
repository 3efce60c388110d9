"""Estimators: from the runs of a study to numbers with intervals, as plain functions of arrays.

``sobol``            variance-based sensitivity indices with their bootstrap
``ranking``         ranks of factors by an index, their probabilities, and what they say
``least_squares``   the best fit within bounds, and what the data say about each parameter
``least_cost``      the cheapest policy that meets targets, with no lever moved further than it must be
"""
