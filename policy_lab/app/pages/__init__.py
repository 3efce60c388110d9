"""The pages: each has ``layout(bench)``, a static tree of panels."""
