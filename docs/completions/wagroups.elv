
set edit:completion:arg-completer[wagroups] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) WAGROUPS_COMPLETE="elvish" wagroups -- $@words) | to-lines
}

