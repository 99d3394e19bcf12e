"""The HTML pages: the report of practice, the scorecard of an interview, and the scores of many submissions.

Each is a single file that needs no network and no scripts.

contents  what the report shows, as plain data
charts    where every mark of a chart stands
pages     Jinja: data in, HTML out; `templates` hold all markup

A page carries a Content-Security-Policy that forbids every request, and all text is escaped.
"""
