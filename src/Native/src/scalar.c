/* One lane: the specification, and what runs where no wider body exists. fmaf keeps the promise that every multiply-add rounds once: a call of the C library here, one instruction in scalar_fma.c. */
#include "core.h"

#define VEC float
#define LANES 1
#define ZERO 0.0f
#define BROADCAST(a) (a)
#define LOAD(p) (*(p))
#define STORE(p, v) (*(p) = (v))
#define LOAD_FIRST(p, n) ((void)(n), LOAD(p))
#define STORE_FIRST(p, v, n) ((void)(n), STORE(p, v))
#define MULADD(a, b, c) fmaf(a, b, c)
#define ADD(a, b) ((a) + (b))
#define SUB(a, b) ((a) - (b))
#define MUL(a, b) ((a) * (b))
#define SQRT(a) sqrtf(a)
#define SUM(v) (v)
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MAX_ACROSS(v) (v)
#define GREATER_BITS(a, b) ((uint32_t)((a) > (b)))
#define COUNT_GREATER(a, b) ((a) > (b))
#define DIFFERENT_BITS(a, b) ((uint32_t)((a) != (b)))
#define COUNT_DIFFERENT(a, b) ((a) != (b))

#define DVEC double
#define DLANES 1
#define DZERO 0.0
#define DWIDEN(p) ((double)*(p))
#define DMULADD(a, b, c) fma(a, b, c)
#define DADD(a, b) ((a) + (b))
#define DSUM(v) (v)

/* A float widens into one double only: there is no upper one. */
#define DPAIR_LOAD(p, low, high) (low = *(p), high = 0.0)
#define DPAIR_STORE(p, low, high) (*(p) = (low), (void)(high))
#define DPAIR_WIDEN(v, low, high) (low = (double)(v), high = 0.0)

#define HADAMARD(v) (v)
#define NEGATE_ODD(v, bits, masks) negate_odd(v, bits, masks)
INLINE float negate_odd(float v, int32_t bits, const int32_t *masks)
{
    uint32_t odd = (uint32_t)bits & (uint32_t)*masks;
    odd ^= odd >> 16;
    odd ^= odd >> 8;
    odd ^= odd >> 4;
    odd ^= odd >> 2;
    odd ^= odd >> 1;
    return odd & 1 ? -v : v;
}

#ifndef TABLE
#define TABLE subquad_core_scalar
#endif
#define ISA_NAME "scalar"
#include "kernels.inc"
