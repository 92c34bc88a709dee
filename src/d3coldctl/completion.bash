# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# bash completion for d3coldctl: commands, options, devices and settings.

_d3coldctl_devices() { # ours|all
	local dir=/sys/bus/pci/devices path
	[[ $1 == ours ]] && dir=/sys/bus/pci/drivers/d3cold-vfio-pci
	for path in "$dir"/*:*; do
		[[ -e $path ]] && echo "${path##*/}"
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

_d3coldctl() {
	local cur prev words cword
	_get_comp_words_by_ref -n := cur prev words cword || return

	local commands='list status bind unbind set recover'
	local common='--json --help --usage --version'
	local command='' device='' word offer=''
	for word in "${words[@]:1:cword-1}"; do
		[[ $word == -* ]] && continue
		if [[ -z $command ]]; then
			command=$word
		elif [[ $word == *:* ]]; then
			device=$word
		fi
	done

	case $prev in
	--policy) offer='off idle explicit auto guest' ;;
	--rearm) offer='resuspend hold' ;;
	--delay) return ;;
	*)
		case $command in
		'') offer="$commands" ;;
		list) common+=' --all' ;;
		bind)
			common+=' --all-functions --policy --rearm --delay --force'
			offer=$(_d3coldctl_devices all)
			;;
		unbind)
			common+=' --all-functions --wait'
			offer=$(_d3coldctl_devices ours)
			;;
		status | recover)
			[[ -n $device ]] || offer=$(_d3coldctl_devices ours)
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
		[[ $cur == -* ]] && offer="$common"
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
