# Runs blocks of shell code for the host, as docs/driver-protocol.md describes.
#
# An interactive bash without a prompt: only that kind goes back to its main
# loop when it is interrupted, instead of ending. The work is done in loop.bash,
# which is read from PROMPT_COMMAND; after an interrupt bash reads it again.
PS1= PS2= HISTFILE=
set +H
set +o history
shopt -s expand_aliases
shopt -u checkwinsize

# The channel moves to a descriptor that other programs do not inherit. bash
# marks only its own copies so; a copy of such a copy keeps the mark.
__interpreter_fd=${INTERPRETER_DRIVER#fd:}
__interpreter_copy=10
while [ -e "/dev/fd/$__interpreter_copy" ]; do
  __interpreter_copy=$((__interpreter_copy + 1))
done
eval "{ exec 250<&$__interpreter_copy; } $__interpreter_fd<&-; exec $__interpreter_fd<&-"
__interpreter_cells=$INTERPRETER_CELLS
__interpreter_loop=$INTERPRETER_LOOP
unset INTERPRETER_DRIVER INTERPRETER_CELLS INTERPRETER_LOOP __interpreter_copy __interpreter_fd
__interpreter_id= __interpreter_line=
# Reports a line when it changed, at most about twenty times in ten milliseconds.
__interpreter_trap='[[ $LINENO == "$__interpreter_line" || $BASH_COMMAND == *__interpreter_* ]] || { __interpreter_line=$LINENO; if [[ ${EPOCHREALTIME%????} != "$__interpreter_slot" ]]; then __interpreter_slot=${EPOCHREALTIME%????} __interpreter_count=0; fi; (( ++__interpreter_count > 20 )) || printf "{\"type\":\"active_line\",\"line\":%d}\n" "$LINENO" >&250; }'
printf '{"type":"hello","protocol":1,"language":"shell","place":"bash %s","interrupt":"signal","code":"file","exits":true}\n' "$BASH_VERSION" >&250
PROMPT_COMMAND='. "$__interpreter_loop"'
