# What the shell proposes; tests/e2e/completion.py holds it against the
# programs' own help.
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = completion/sallyport.bash completion/sallyportd.bash
zshcompletiondir = $(datadir)/zsh/site-functions
dist_zshcompletion_DATA = completion/_sallyport
