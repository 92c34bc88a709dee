# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# bash completion for d3coldctl. Commands and options are what its --help says;
# here is only what stands for a word of them: a device, a file, a setting.

_d3coldctl_devices() { # ours|all
	local path
	for path in "${D3COLD_SYSFS:-/sys}"/bus/pci/devices/*; do
		# a vendor's build of the driver has another name, and the same folder
		[[ -e $path && ($1 == all || -d $path/d3cold) ]] && echo "${path##*/}"
	done
}

_d3coldctl_settings() { # the word so far
	case $1 in
	policy=*) echo policy={off,idle,explicit,auto,guest} ;;
	rearm=*) echo rearm={resuspend,hold} ;;
	on_lost=*) echo on_lost={event,error} ;;
	qualified=*) echo qualified={0,1} ;;
	*)
		echo policy= rearm= on_lost= delay= max_wake_ms= \
			max_cycles_per_min= qualified=
		;;
	esac
}

# The commands, or the long options of one
_d3coldctl_commands() { "$1" --help 2>/dev/null | sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p'; }
_d3coldctl_options() { "$1" "$2" --help 2>/dev/null | sed -nE 's/^  (-.,|   ) (--[a-z-]+).*/\2/p'; }

_d3coldctl() {
	local cur prev words cword
	_get_comp_words_by_ref -n := cur prev words cword || return

	local command='' device='' word offer=''
	for word in "${words[@]:1:cword-1}"; do
		[[ $word == -* ]] && continue
		if [[ -z $command ]]; then
			command=$word
		elif [[ $word == *:* ]]; then
			device=$word
		fi
	done

	case $command$prev in
	bind--policy) offer='off idle explicit auto guest' ;;
	bind--rearm) offer='resuspend hold' ;;
	bind--delay | cycle--delay | cycle-d | cycle--cycles | cycle-n | timeline--record | timeline-r) return ;;
	report--output | report-o | metrics--output | metrics-o | metrics--keep | metrics-k | \
		timeline--input | timeline-i | timeline--output | timeline-o)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	*)
		case $command in
		'') offer=$(_d3coldctl_commands "${words[0]}") ;;
		bind) offer=$(_d3coldctl_devices all) ;;
		unbind | check | watch) offer=$(_d3coldctl_devices ours) ;;
		status | recover | cycle | report)
			[[ -n $device ]] || offer=$(_d3coldctl_devices ours)
			;;
		inhibit)
			if [[ -n $device ]]; then
				offer=$(compgen -c -- "$cur")
			else
				offer=$(_d3coldctl_devices all)
			fi
			;;
		set)
			if [[ -n $device ]]; then
				offer=$(_d3coldctl_settings "$cur")
				[[ $cur == *=* ]] || compopt -o nospace
			else
				offer=$(_d3coldctl_devices ours)
			fi
			;;
		esac
		[[ $cur != -* ]] || offer=$(_d3coldctl_options "${words[0]}" "$command")
		;;
	esac

	mapfile -t COMPREPLY < <(compgen -W "$offer" -- "$cur")
	# Colons and equal signs break words in readline: offer what follows.
	__ltrim_colon_completions "$cur"
	if [[ $cur == *=* && $COMP_WORDBREAKS == *=* ]]; then
		COMPREPLY=("${COMPREPLY[@]#*=}")
	fi
}

complete -F _d3coldctl d3coldctl
