"""Pages, one file each: ``dash.register_page`` says where a page is, ``layout`` what it shows.

Beside what Dash asks for, ours say ``words``, their name in the catalogue; ``early``, whether they are in the first
page already, before Dash is; and ``has_content``, whether a model gives them anything to show, since a page without is
absent.
"""
