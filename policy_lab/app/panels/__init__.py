"""The parts of the pages: each has ``layout(...)`` and ``register(app, bench)``, and none imports another."""
