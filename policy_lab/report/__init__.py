"""Reports: what a study found, as figures and as one page that needs nothing beside it.

``study_report``   the files a study ends in, and its page
``plots``          figures for files, drawn with matplotlib
``html_page``      the form every page has: light, dark, on a phone and on paper
``svg_panels``     figures as they stand inside a page
"""
