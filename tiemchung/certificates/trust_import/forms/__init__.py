"""One file a form: `claims(data)` says whether it is that form, `parse(data, ...)` gives the ParsedList."""
