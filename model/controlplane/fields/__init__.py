"""Who owns which field of an object: field sets, merges and owners of server-side apply, and kubectl's own apply."""
