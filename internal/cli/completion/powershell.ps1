# Completion of eventbridge-connector for PowerShell 7.3 and later: eventbridge-connector completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName eventbridge-connector, eventbridge-connector.exe -ScriptBlock {
    param($current, $line, $position)
    $elements = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { $_.ToString() })
    $given = @($elements | Select-Object -Skip 1) + @($current)
    & $elements[0] __complete @given | ForEach-Object {
        $candidate, $meaning = $_ -split "`t", 2
        [System.Management.Automation.CompletionResult]::new($candidate, $candidate, 'ParameterValue', $meaning)
    }
}
