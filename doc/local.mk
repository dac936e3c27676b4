# Manual pages and documents.
dist_man_MANS += doc/sallyportd.8 doc/sallyport.1 \
	doc/sallyport-describe.1 doc/sallyport-explain.1 \
	doc/sallyport-fmt.1 doc/sallyport-lint.1 doc/sallyport-match.1 \
	doc/sallyport-run.1 doc/sallyport-show.1
dist_doc_DATA += README.md doc/architecture.md doc/migrating-from-zos.md

# The reference part of the policy's page comes from the table itself.
nodist_man_MANS = doc/sallyport.policy.5
EXTRA_DIST += doc/sallyport.policy.5.in
CLEANFILES += doc/sallyport.policy.5
doc/sallyport.policy.5: doc/sallyport.policy.5.in sallyport$(EXEEXT)
	@mkdir -p doc
	./sallyport$(EXEEXT) describe --format man >$@.reference
	sed -e '/^@REFERENCE@$$/{' -e 'r $@.reference' -e 'd' -e '}' \
		$(srcdir)/doc/sallyport.policy.5.in >$@.new
	rm -f $@.reference
	mv -f $@.new $@
