"""The hub's page in the browser, for its administrators: plain HTML made here, no scripts, nothing from elsewhere (issue 3).

`routes.admin_routes` is what the server mounts; `frame` is the door that every request goes through (session, CSRF, limits, words).
"""
