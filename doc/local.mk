# Manual pages and documents.
dist_man_MANS += doc/sallyportd.8
dist_doc_DATA += README.md doc/architecture.md
