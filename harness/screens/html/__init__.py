"""The HTML report of `kata report`: one file that needs no network, no script and no other file.

`page` gathers what is shown and renders it, `charts` computes where every mark of a chart stands, and the templates hold all
markup. The page carries a Content-Security-Policy that forbids every request, and every text is escaped on its way in.
"""
