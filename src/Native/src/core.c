/* The sets of this architecture, the best first; those that a machine lacks come first too, so the ones it has are a tail of the list. */
#include "core.h"

static const subquad_core_api *const sets[] = {
#if SUBQUAD_CORE_X64
    &subquad_core_avx512bf16,
    &subquad_core_avx512,
    &subquad_core_avx2,
#elif SUBQUAD_CORE_ARM64
    &subquad_core_neon, /* part of every arm64 processor */
#endif
    &subquad_core_scalar,
};

enum { SETS = sizeof sets / sizeof sets[0] };

/* How many sets at the list's head this machine lacks. */
static uint32_t lacking(void)
{
#if SUBQUAD_CORE_X64
    return subquad_core_has_avx512bf16() ? 0 : subquad_core_has_avx512() ? 1 : subquad_core_has_avx2() ? 2 : 3;
#else
    return 0;
#endif
}

/* Asking the processor again on every call is cheaper than a lock, and always gives the same answer. */
const subquad_core_api *subquad_core_get_api(uint32_t abi_version, uint32_t index)
{
    const uint32_t first = lacking();
    if (abi_version != SUBQUAD_CORE_ABI_VERSION || index >= SETS - first)
        return NULL;
    const subquad_core_api *set = sets[first + index];
#if SUBQUAD_CORE_X64
    if (set == &subquad_core_scalar && subquad_core_has_avx2()) /* which asks for FMA too */
        return &subquad_core_scalar_fma;
#endif
    return set;
}
