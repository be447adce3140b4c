/* One lane: the specification, and what runs where no wider body exists. fmaf keeps the promise that every multiply-add rounds once: a call of the C library here, one instruction in scalar_fma.c. */
#include <string.h>
#include "core.h"

/* Halves of words of bfloat16. Added to the bits, half a unit less the smallest amount and the last bit round to nearest and to even; a quiet NaN cannot become an infinity. */
static uint32_t bits_of(float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

INLINE float low_halves(float v) { return float_of(bits_of(v) << 16); }

INLINE float high_halves(float v) { return float_of(bits_of(v) & 0xFFFF0000u); }

static uint32_t rounded(float v)
{
    const uint32_t bits = bits_of(v);
    return isnan(v) ? bits | 0x00400000u : bits + 0x7FFFu + (bits >> 16 & 1u);
}

static float round_halves(float low, float high) { return float_of(rounded(low) >> 16 | (rounded(high) & 0xFFFF0000u)); }

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
#define GREATER_BITS(a, b) ((uint32_t)((a) > (b)))
#define COUNT_GREATER(a, b) ((a) > (b))
#define LOW_HALVES(v) low_halves(v)
#define HIGH_HALVES(v) high_halves(v)
#define ROUND_HALVES(low, high) round_halves(low, high)

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

#ifndef TABLE
#define TABLE subquad_core_scalar
#endif
#define ISA_NAME "scalar"
#include "kernels.inc"
