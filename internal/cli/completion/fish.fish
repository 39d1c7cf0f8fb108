# Completion of eventbridge-connector for fish: eventbridge-connector completion fish | source
function __eventbridge_connector
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l candidates ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
    if test (count $candidates) -gt 0
        printf '%s\n' $candidates
    else
        __fish_complete_path "$current"
    end
end
complete -c eventbridge-connector -f -a '(__eventbridge_connector)'
