"""Program to machine code and WebAssembly: vector IR, math kernels, emitter, linker.

What the compiled backends share; ``policy_lab.backends.llvm`` runs it on this machine's cores and
``policy_lab.backends.webassembly`` writes it for the browser.
"""
