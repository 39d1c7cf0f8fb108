#compdef eventbridge-connector
# Completion of eventbridge-connector for zsh: source <(eventbridge-connector completion zsh), after compinit,
# or as the file _eventbridge-connector in a folder of $fpath.
_eventbridge_connector() {
  local line
  local -a candidates
  for line in "${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ -n $line ]]; then candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}"); fi
  done
  if (( ${#candidates} )); then
    _describe 'eventbridge-connector' candidates
  else
    _files
  fi
}
if [[ ${funcstack[1]} == _eventbridge-connector ]]; then
  _eventbridge_connector "$@"
else
  compdef _eventbridge_connector eventbridge-connector
fi
