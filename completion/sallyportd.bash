# bash completion for sallyportd(8)                       -*- shell-script -*-

_sallyportd() {
	local cur=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD - 1]}
	local options='--policy --foreground --workers --user --control
	    --defaults --check --help --version'

	COMPREPLY=()
	# --option=value comes as three words.
	if [ "$cur" = = ]; then
		cur=
	elif [ "$last" = = ]; then
		last=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $last in
	--policy | --control | -p) compopt -o default ;;
	--defaults)
		mapfile -t COMPREPLY < <(compgen -W 'Modern zOS' -- "$cur") ;;
	--user | -u) mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
	--workers | -w) ;;
	*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur") ;;
	esac
}

complete -F _sallyportd sallyportd
