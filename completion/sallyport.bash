# bash completion for sallyport(1)                        -*- shell-script -*-

# The rules of a policy, by their headers: it need not be free of mistakes.
_sallyport_rules() {
	awk 'tolower($1) == "ttlsrule" { sub(/{.*/, "", $2); print $2 }' \
	    "$1" 2>/dev/null
}

# What a value of an option can be; fails where a file may stand.
_sallyport_value() {
	local command=$1 option=$2
	case $option in
	--defaults) echo Modern zOS ;;
	--direction) echo inbound outbound ;;
	--user) compgen -u ;;
	--format)
		case $command in
		lint) echo human json sarif ;;
		show) echo human json dot ;;
		describe) echo json md man vim dict ;;
		*) echo human json ;;
		esac ;;
	--local | --remote | --job | --at) ;;
	*) return 1 ;;
	esac
}

# The options of a command that take a value.
_sallyport_takes_value() {
	case $1 in
	--defaults | --format | --direction | --local | --remote | --user | \
	    --job | --at | --batch | --policy | --control) ;;
	*) return 1 ;;
	esac
}

_sallyport() {
	local commands='run lint fmt show match explain describe help'
	local -A options=(
		[run]='--policy --control --strict --defaults'
		[lint]='--deep --strict --fix --format --defaults'
		[fmt]='--check --in-place --defaults'
		[show]='--all --format --defaults'
		[match]='--direction --local --remote --user --job --at
		    --defaults --format --all --batch'
		[explain]=''
		[describe]='--format'
		[help]=''
	)
	local cur=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD - 1]}
	local command='' word i operands=() values

	COMPREPLY=()
	# --option=value comes as three words.
	if [ "$cur" = = ]; then
		cur=
	elif [ "$last" = = ]; then
		last=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [ -z "$command" ]; then
			command=$word
		elif [ "$word" = -- ] && [ "$command" = run ]; then
			_sallyport_service $((i + 1)) "$cur"
			return
		elif [ "$word" = = ] || [ "${COMP_WORDS[i - 1]}" = = ] ||
		    _sallyport_takes_value "${COMP_WORDS[i - 1]}"; then
			:
		elif [[ $word != -* ]]; then
			operands+=("$word")
		fi
	done
	if [ -z "$command" ]; then
		mapfile -t COMPREPLY < <(compgen \
		    -W "$commands --help --version" -- "$cur")
	elif _sallyport_takes_value "$last"; then
		if values=$(_sallyport_value "$command" "$last"); then
			mapfile -t COMPREPLY < <(compgen -W "$values" -- "$cur")
		else
			compopt -o default
		fi
	elif [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen \
		    -W "${options[$command]-} --help" -- "$cur")
	else
		_sallyport_operand "$command" "$cur" "${operands[@]}"
	fi
}

# _sallyport_operand COMMAND CURRENT OPERAND...
_sallyport_operand() {
	local command=$1 cur=$2 file
	shift 2

	case $command in
	help)
		[ $# -gt 0 ] || mapfile -t COMPREPLY < <(compgen \
		    -W 'run lint fmt show match explain describe' -- "$cur") ;;
	show)
		case $# in
		0) compopt -o default ;;
		1)
			# As it is typed: nothing of it is executed.
			file=${1//[\\\"\']/}
			[[ $file != "~/"* ]] || file=$HOME/${file:2}
			mapfile -t COMPREPLY < <(compgen \
			    -W "$(_sallyport_rules "$file")" -- "$cur") ;;
		esac ;;
	lint | fmt) compopt -o default ;;
	match) [ $# -gt 0 ] || compopt -o default ;;
	run) [ -n "$cur" ] || COMPREPLY=(--) ;;
	esac
}

# _sallyport_service FIRST CURRENT: a command, and its arguments.
_sallyport_service() {
	if [ "$COMP_CWORD" -eq "$1" ] && [[ $2 != */* ]]; then
		mapfile -t COMPREPLY < <(compgen -c -- "$2")
	else
		compopt -o default
	fi
}

complete -F _sallyport sallyport
