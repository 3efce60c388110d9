"""The app that opens in a browser: ``create_app`` builds it, ``serve`` runs it for one person or a room.

``session`` is for pages of one's own, ``add_model`` for other people's Dash apps (docs/extend-the-app.md).
"""

from __future__ import annotations

from policy_lab.app.app import create_app, default_run
from policy_lab.app.embedding import add_model
from policy_lab.app.model_session import session
from policy_lab.app.server import serve

__all__ = ["create_app", "default_run", "serve", "session", "add_model"]
