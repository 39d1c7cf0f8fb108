# Completion of eventbridge-connector for bash 4 and later: source <(eventbridge-connector completion bash)
_eventbridge_connector() {
  local current=${COMP_WORDS[COMP_CWORD]} candidate
  COMPREPLY=()
  # Bash splits at =, so that of --format=json only json is to be completed.
  while IFS=$'\t' read -r candidate _; do
    if [[ $current == = || ${COMP_WORDS[COMP_CWORD-1]} == = ]]; then candidate=${candidate#*=}; fi
    COMPREPLY+=("$candidate")
  done < <("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o bashdefault -o default -F _eventbridge_connector eventbridge-connector
