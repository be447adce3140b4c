#include "bodies.h"

static const subquad_core_api *choose(void)
{
#if SUBQUAD_CORE_X64
    if (subquad_core_has_avx512())
        return &subquad_core_avx512;
    if (subquad_core_has_avx2())
        return &subquad_core_avx2;
#endif
    return &subquad_core_scalar;
}

/* Choosing again on every call is cheaper than a lock, and always gives the same answer. */
const subquad_core_api *subquad_core_get_api(uint32_t abi_version)
{
    return abi_version == SUBQUAD_CORE_ABI_VERSION ? choose() : NULL;
}
