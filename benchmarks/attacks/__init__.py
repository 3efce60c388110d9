"""What a stranger may try, a file a kind; ``benchmarks/attack.py`` tries all of it on this machine."""
