"""Reports: what a study found, as figures and as one page that needs nothing beside it.

``study_report``   the files a study ends in, and its page
``plots``          pictures, drawn with matplotlib panel by panel
``templating``     pages and documents from ``templates/``, with a typed context each
"""
