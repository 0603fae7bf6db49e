complete --keep-order --exclusive --command wagroups --arguments "(WAGROUPS_COMPLETE=fish wagroups -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
