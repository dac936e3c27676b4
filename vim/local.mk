# Policies in Vim: the words come from the table itself.
vimsyntaxdir = $(datadir)/vim/vimfiles/syntax
nodist_vimsyntax_DATA = vim/syntax/sallyport.vim
vimftdetectdir = $(datadir)/vim/vimfiles/ftdetect
dist_vimftdetect_DATA = vim/ftdetect/sallyport.vim
CLEANFILES += vim/syntax/sallyport.vim
vim/syntax/sallyport.vim: sallyport$(EXEEXT)
	@mkdir -p vim/syntax
	./sallyport$(EXEEXT) describe --format vim >$@.new
	mv -f $@.new $@
