__interpreter_context="${ZSH_EVAL_CONTEXT}:eval:trap"
while __interpreter_end=1; IFS= read -r __interpreter_code <&$__interpreter_fd; do
  __interpreter_end=0
  [[ $__interpreter_code == *'"type":"run"'* ]] || continue
  __interpreter_id=${__interpreter_code#*'"id":'}
  __interpreter_id=${__interpreter_id%%[!0-9]*}
  IFS= read -r -d '' __interpreter_code <"$__interpreter_cells/$__interpreter_id"
  __interpreter_line=0 __interpreter_count=0 __interpreter_slot=
  print -r -- "{\"type\":\"started\",\"id\":$__interpreter_id}" >&$__interpreter_fd
  trap '[[ $ZSH_EVAL_CONTEXT != $__interpreter_context || $LINENO == $__interpreter_line ]] || { __interpreter_line=$LINENO; if [[ ${EPOCHREALTIME%????????} != $__interpreter_slot ]]; then __interpreter_slot=${EPOCHREALTIME%????????}; __interpreter_count=0; fi; (( ++__interpreter_count > 20 )) || print -r -- "{\"type\":\"active_line\",\"line\":$LINENO}" >&$__interpreter_fd; }' DEBUG
  { eval "$__interpreter_code" } always {
    { __interpreter_status=$?; unsetopt err_exit xtrace verbose; setopt unset; trap - DEBUG } 2>/dev/null
    __interpreter_word=ok
    (( __interpreter_status == 0 )) || __interpreter_word=error
    (( TRY_BLOCK_INTERRUPT > 0 )) && __interpreter_word=interrupted
    TRY_BLOCK_ERROR=0
    TRY_BLOCK_INTERRUPT=0
    print -r -- "{\"type\":\"done\",\"id\":$__interpreter_id,\"status\":\"$__interpreter_word\",\"exit\":$__interpreter_status}" >&$__interpreter_fd
  }
done
