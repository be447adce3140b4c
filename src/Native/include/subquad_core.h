/*
 * subquad_core: the C core of Subquad, usable from any language that can call C. It needs no .NET, allocates nothing, starts no thread and sets no errno.
 *
 * Everything is reached through one exported function, subquad_core_get_api. It returns a table of function pointers for the best instruction set that the
 * processor and the operating system support; the same one on every call.
 *
 * Unless a function says otherwise: vectors are contiguous, may have any alignment and any length from 0, and inputs are not written.
 */
#ifndef SUBQUAD_CORE_H
#define SUBQUAD_CORE_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#  if defined(SUBQUAD_CORE_BUILD)
#    define SUBQUAD_CORE_EXPORT __declspec(dllexport)
#  else
#    define SUBQUAD_CORE_EXPORT __declspec(dllimport)
#  endif
#else
#  define SUBQUAD_CORE_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever the layout of subquad_core_api or the meaning of a function changes. */
#define SUBQUAD_CORE_ABI_VERSION 1u

typedef struct subquad_core_api {
    /* SUBQUAD_CORE_ABI_VERSION of the library. */
    uint32_t abi_version;

    /* sizeof(subquad_core_api) in the library. */
    uint32_t size;

    /* The instruction set that runs: "scalar", "avx2" or "avx512". Static, zero-terminated. */
    const char *isa;

    /* The dot product of x and y (n elements each), in float32. Every term is a fused multiply-add. x and y may overlap. */
    float (*dot_f32)(const float *x, const float *y, size_t n);

    /* y += a x for n elements, each one fused multiply-add. y may be x, but the two may not overlap otherwise. */
    void (*axpy_f32)(float a, const float *x, float *y, size_t n);

    /* The sum of the squares of n elements, widened to float64 before they are squared. */
    double (*squared_norm_f32)(const float *x, size_t n);
} subquad_core_api;

/*
 * The table for ABI version abi_version (pass SUBQUAD_CORE_ABI_VERSION), or a null pointer when the library speaks another one. The table is constant and
 * lives as long as the library is loaded. May be called from any thread.
 */
SUBQUAD_CORE_EXPORT const subquad_core_api *subquad_core_get_api(uint32_t abi_version);

#ifdef __cplusplus
}
#endif

#endif
