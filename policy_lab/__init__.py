"""Policy Lab: a system-dynamics policy simulator with levers, uncertainty and explanation on one checked model."""
