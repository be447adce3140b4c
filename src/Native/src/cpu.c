/* What the processor has and the operating system saves. gcc and clang look at both; for MSVC we read CPUID and XCR0 ourselves. */
#include "core.h"

#if SUBQUAD_CORE_X64

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>

/* Whether every bit of wanted is set in EBX of leaf 7, FMA and POPCNT are there, and the system saves the register state in state. */
static int has(unsigned wanted, unsigned long long state)
{
    int leaf[4];
    __cpuid(leaf, 0);
    if (leaf[0] < 7)
        return 0;
    __cpuid(leaf, 1);
    const unsigned basics = 1u << 12 | 1u << 23 | 1u << 27; /* FMA, POPCNT, OSXSAVE */
    if (((unsigned)leaf[2] & basics) != basics || (_xgetbv(0) & state) != state)
        return 0;
    __cpuidex(leaf, 7, 0);
    return ((unsigned)leaf[1] & wanted) == wanted;
}

/* AVX2 and BMI1. */
int subquad_core_has_avx2(void) { return has(1u << 5 | 1u << 3, 0x06); }

/* F, BW and VL. */
int subquad_core_has_avx512(void) { return subquad_core_has_avx2() && has(1u << 16 | 1u << 30 | 1u << 31, 0xE6); }

/* EAX of the second part of leaf 7, where the first part says that there is one. */
int subquad_core_has_avx512bf16(void)
{
    int leaf[4];
    if (!subquad_core_has_avx512())
        return 0;
    __cpuidex(leaf, 7, 0);
    if (leaf[0] < 1)
        return 0;
    __cpuidex(leaf, 7, 1);
    return ((unsigned)leaf[0] & 1u << 5) != 0;
}

#else

int subquad_core_has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi");
}

int subquad_core_has_avx512(void)
{
    return subquad_core_has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

int subquad_core_has_avx512bf16(void) { return subquad_core_has_avx512() && __builtin_cpu_supports("avx512bf16"); }

#endif
#else

/* C wants at least one declaration in a file. */
typedef int subquad_core_no_cpuid;

#endif
