"""Reports (报表): declarations from rows to a neutral description, and its two outputs, PDF and Excel."""
