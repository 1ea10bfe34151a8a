# Runs blocks of shell code for the host, as docs/driver-protocol.md describes.
# An interrupt ends the file that is being read, so the loop lies in a file of
# its own, read again and again.
setopt no_monitor aliases
typeset -g __interpreter_fd __interpreter_end=0 __interpreter_id __interpreter_line
exec {__interpreter_fd}<&${INTERPRETER_DRIVER#fd:}
eval "exec ${INTERPRETER_DRIVER#fd:}<&-"
__interpreter_cells=$INTERPRETER_CELLS
__interpreter_loop=$INTERPRETER_LOOP
unset INTERPRETER_DRIVER INTERPRETER_CELLS INTERPRETER_LOOP
zmodload zsh/datetime
TRAPINT() { return 130 }
print -r -- "{\"type\":\"hello\",\"protocol\":1,\"language\":\"shell\",\"place\":\"zsh $ZSH_VERSION\",\"interrupt\":\"signal\",\"code\":\"file\",\"exits\":true}" >&$__interpreter_fd
while (( ! __interpreter_end )); do . "$__interpreter_loop"; done
