"""LLVM toolchain, through llvmlite: targets, optimised object code, and object code loaded into the process."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import llvmlite.binding as llvm

from policy_lab.compiler.target import Target

_WASM_FEATURES = "+simd128,+sign-ext,+nontrapping-fptoint,+bulk-memory"


@functools.cache
def _start() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


@functools.cache
def _start_all() -> None:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()


@functools.cache
def host(single: bool = False) -> Target:
    """This machine: vector width, fma and table look-up from the processor's features.

    Args:
        single: in single precision, twice as many runs in a vector.
    """
    if single:
        double = host()
        return replace(double, bits=32, lanes=2 * double.lanes, permute=False)
    _start()
    features = llvm.get_host_cpu_features()
    triple = str(llvm.get_process_triple())
    wide, medium = features.get("avx512f", False), features.get("avx2", False) and features.get("fma", False)
    arm = triple.startswith(("aarch64", "arm64"))
    return Target(
        triple=triple,
        cpu=llvm.get_host_cpu_name(),
        features=_flat(features) + (",-prefer-256-bit" if wide else ""),
        lanes=8 if wide else 4 if medium else 2,
        fma="fma" if wide or medium or arm else "",
        permute=bool(wide and features.get("avx512dq", False)),
        index="i64",
    )


def browser(fused: bool = False, single: bool = False) -> Target:
    """WebAssembly with 128-bit SIMD: two lanes (four in single precision), 32-bit addresses.

    Args:
        fused: for browsers with relaxed SIMD on a processor that fuses multiply and add. The instruction may also
            round twice, so whoever loads such code must try that out first.
    """
    # Only the kernels may use relaxed instructions: LLVM would also take relaxed minima, whose NaN is anybody's guess.
    relaxed, fma = (",+relaxed-simd", "wasm.relaxed.madd") if fused else ("", "")
    return Target(
        "wasm32-unknown-unknown", "generic", _WASM_FEATURES, lanes=4 if single else 2, fma=fma, permute=False,
        index="i32", abreast=4 if single else 2, pooled=True, of_kernels=relaxed, bits=32 if single else 64,
    )  # fmt: skip


def _flat(features: Any) -> str:
    return ",".join(("+" if features[name] else "-") + name for name in sorted(features))


def compile_object(text: str, target: Target, level: int = 2) -> bytes:
    """LLVM assembly to a relocatable object file."""
    if target.triple.startswith("wasm"):
        _start_all()
    else:
        _start()
    module = llvm.parse_assembly(text)
    machine = _machine(target, level)
    module.data_layout = str(machine.target_data)
    module.verify()
    _optimise(module, machine)
    return bytes(machine.emit_object(module))


def _machine(target: Target, level: int) -> Any:
    """Small code model: ``Loaded`` puts the sections of an object side by side."""
    reloc = "static" if target.index == "i32" else "pic"
    return llvm.Target.from_triple(target.triple).create_target_machine(
        cpu=target.cpu, features=target.features, opt=level, reloc=reloc, codemodel="small"
    )


def _optimise(module: Any, machine: Any) -> None:
    """The few passes straight-line vector code profits from; the whole -O2 pipeline costs more and gives nothing."""
    tuning = llvm.create_pipeline_tuning_options(speed_level=2)
    tuning.loop_vectorization = tuning.slp_vectorization = tuning.loop_unrolling = False
    builder = llvm.create_pass_builder(machine, tuning)
    passes = llvm.create_new_function_pass_manager()
    passes.add_simplify_cfg_pass()
    passes.add_instruction_combine_pass()
    passes.add_new_gvn_pass()
    passes.add_aggressive_dce_pass()
    for function in module.functions:
        if not function.is_declaration:
            passes.run(function, builder)


class Loaded:
    """Object code loaded into this process; its functions may be called as long as this object exists."""

    def __init__(self, code: bytes) -> None:
        _start()
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine(host(), 2), use_lmm=True)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()

    def address(self, name: str) -> int:
        """Address of a function."""
        return int(self._engine.get_function_address(name))


def versions() -> str:
    """Versions that object code depends on: llvmlite's and LLVM's."""
    import llvmlite

    return f"llvmlite {llvmlite.__version__} llvm {'.'.join(map(str, llvm.llvm_version_info))}"
