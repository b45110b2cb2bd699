"""JSON, one module a resource."""
