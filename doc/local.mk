# Manual pages and documents.
EXTRA_DIST += doc/architecture.md
