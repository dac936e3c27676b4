# Manual pages and documents.
dist_man_MANS += doc/sallyportd.8 doc/sallyport.1 \
	doc/sallyport-describe.1 doc/sallyport-explain.1 \
	doc/sallyport-lint.1 doc/sallyport-match.1
dist_doc_DATA += README.md doc/architecture.md
