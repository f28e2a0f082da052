#!/bin/sh
# Audit rules for the own files of people that matter: keys, start-up files, histories, timers.
# Prints them for each home below the folders given (default /home); run it daily, since homes come:
#
#   audit-homes.sh > /etc/audit/rules.d/51-foureyes-homes.rules && augenrules --load
#
# A home whose name has anything but letters, digits and . _ - is left out and named on stderr.

rule() { # how, path, key
    printf -- '-a always,exit -F arch=b64 -F %s=%s -F perm=wa -k %s\n' "$1" "$2" "$3"
}

for root in "${@:-/home}"; do
    for home in "$root"/*; do
        [ -d "$home" ] && [ ! -L "$home" ] || continue
        case ${home##*/} in
        *[!A-Za-z0-9._-]*)
            echo "left out: $home" >&2
            continue
            ;;
        esac
        [ -d "$home/.ssh" ] && rule path "$home/.ssh/authorized_keys" access
        for name in .bashrc .bash_profile .profile .zshrc; do
            rule path "$home/$name" preload
        done
        [ -d "$home/.config/systemd/user" ] && rule dir "$home/.config/systemd/user" persistence
        for name in .bash_history .zsh_history .python_history; do
            rule path "$home/$name" history
        done
    done
done
