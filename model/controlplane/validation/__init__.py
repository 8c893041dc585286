"""What the API server refuses, and what it fills in: field validation, defaulting and admission of requests (v1.36.2).

One module for each concern (metadata, containers, probes, affinity, ...) and for each kind; `request.py` puts them in
the server's order. Objects are decoded JSON here, as Go's structs would hold it (decode.py).
"""
