"""Typed manifests in, normalised immutable values with integer units out; and the rules between known objects."""
