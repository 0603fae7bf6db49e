Register-ArgumentCompleter -Native -CommandName wagroups -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
        ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
            else { $_.Extent.Text }
        })
    $index = if ($wordToComplete -eq '') { $words.Count } else { $words.Count - 1 }
    $before = $env:WAGROUPS_COMPLETE
    try {
        $env:WAGROUPS_COMPLETE = 'powershell'
        $env:_CLAP_COMPLETE_INDEX = "$index"
        $found = & wagroups -- @words
    } finally {
        $env:WAGROUPS_COMPLETE = $before
        $env:_CLAP_COMPLETE_INDEX = $null
    }
    $found | ForEach-Object {
        $value, $help = $_ -split "`t", 2
        if (-not $help) { $help = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
    }
}
