# Runs blocks of shell code for the host, as docs/driver-protocol.md describes,
# in a plain POSIX shell. An interrupt ends such a shell.
__interpreter_cells=$INTERPRETER_CELLS
unset INTERPRETER_DRIVER INTERPRETER_CELLS INTERPRETER_LOOP
printf '{"type":"hello","protocol":1,"language":"shell","place":"sh","interrupt":"signal","code":"file","exits":true}\n' >&9
while IFS= read -r __interpreter_code <&9; do
  case $__interpreter_code in
  *'"type":"run"'*) ;;
  *) continue ;;
  esac
  __interpreter_id=${__interpreter_code#*'"id":'}
  __interpreter_id=${__interpreter_id%%[!0-9]*}
  printf '{"type":"started","id":%s}\n' "$__interpreter_id" >&9
  __interpreter_code=$(cat "$__interpreter_cells/$__interpreter_id")
  eval "$__interpreter_code" 9>&-
  __interpreter_status=$?
  __interpreter_word=ok
  [ "$__interpreter_status" = 0 ] || __interpreter_word=error
  printf '{"type":"done","id":%s,"status":"%s","exit":%s}\n' "$__interpreter_id" "$__interpreter_word" "$__interpreter_status" >&9
done
