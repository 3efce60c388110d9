"""The compiler: a Program to machine code, to WebAssembly, or to array instructions for NumPy.

    layout.py                    the slot of every variable in working memory
    hoisting.py                  loop-invariant parts of equations, computed before the first step
    exogenous.py                 variables that depend on constants and the clock alone, computed ahead
    call_scheduling.py           calls of exp, ln and power, batched for instruction-level parallelism
    target.py                    processor, vector width and precision
    llvm_ir.py                   LLVM IR builder: values, functions, modules
    vector_math.py               fused multiply-add, polynomials, exact products, table look-up
    math_functions.py            exp, log, power, hyperbolic functions in double precision
    trigonometry.py              sine, cosine, tangent and their inverses
    math_functions_single.py     the same functions in single precision
    lookup_tables.py             lookup tables as vector code
    emitter.py                   equations -> LLVM IR
    integrator.py, ir/*.ll       the integration loop
    llvm_toolchain.py            LLVM itself: optimisation, object code, loading
    native.py                    a Program as a function in this process
    linker.py, webassembly.py    a Program as a module for the browser
    array_instructions.py        a Program as a list of NumPy operations

``policy_lab.backends`` runs the first and the last, ``policy_lab.browser_files`` writes the second.
"""
