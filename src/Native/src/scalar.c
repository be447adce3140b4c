/* One lane: the specification, and what runs where no wider body exists. fmaf keeps the promise that every multiply-add rounds once: a call of the C library here, one instruction in scalar_fma.c. */
#include <string.h>
#include "core.h"

/* The same as the wide ones, which have no other way. */
static double exponent(double a)
{
    uint64_t bits, place;
    const double two_to_52 = TWO_TO_52;
    memcpy(&bits, &a, sizeof bits);
    memcpy(&place, &two_to_52, sizeof place);
    bits = bits >> FRACTION_BITS | place;
    memcpy(&a, &bits, sizeof bits);
    return a - (TWO_TO_52 + EXPONENT_BIAS);
}

static double significand(double a)
{
    uint64_t bits, one_bits;
    const double one = 1.0;
    memcpy(&bits, &a, sizeof bits);
    memcpy(&one_bits, &one, sizeof one_bits);
    bits = (bits & FRACTION_MASK) | one_bits;
    memcpy(&a, &bits, sizeof bits);
    return a;
}

/* Halves of words of bfloat16. Added to the bits, half a unit less the smallest amount and the last bit round to nearest and to even; a quiet NaN cannot become an infinity. */
static float float_of(uint32_t bits)
{
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

INLINE float low_halves(float v) { return float_of(float_bits(v) << 16); }

INLINE float high_halves(float v) { return float_of(float_bits(v) & 0xFFFF0000u); }

static uint32_t rounded(float v)
{
    const uint32_t bits = float_bits(v);
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
#define DIV(a, b) ((a) / (b))
#define SQRT(a) sqrtf(a)
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define SUM(v) (v)
#define MAX_ACROSS(v) (v)
#define GREATER_BITS(a, b) ((uint32_t)((a) > (b)))
#define COUNT_GREATER(a, b) ((a) > (b))
#define DIFFERENT_BITS(a, b) ((uint32_t)((a) != (b)))
#define COUNT_DIFFERENT(a, b) ((a) != (b))
#define SELECT_DIFFERENT(a, b, different, same) ((a) != (b) ? (different) : (same))
#define LOW_HALVES(v) low_halves(v)
#define HIGH_HALVES(v) high_halves(v)
#define ROUND_HALVES(low, high) round_halves(low, high)

#define DVEC double
#define DLANES 1
#define DZERO 0.0
#define DBROADCAST(a) (a)
#define DLOAD(p) (*(p))
#define DSTORE(p, v) (*(p) = (v))
#define DLOAD_FIRST(p, n) ((void)(n), DLOAD(p))
#define DSTORE_FIRST(p, v, n) ((void)(n), DSTORE(p, v))
#define DWIDEN(p) ((double)*(p))
#define DMULADD(a, b, c) fma(a, b, c)
#define DNEGMULADD(a, b, c) fma(-(a), b, c)
#define DADD(a, b) ((a) + (b))
#define DSUB(a, b) ((a) - (b))
#define DMUL(a, b) ((a) * (b))
#define DDIV(a, b) ((a) / (b))
#define DSQRT(a) sqrt(a)
#define DSUM(v) (v)
#define DTILE_ROWS 4
#define DEXPONENT(a) exponent(a)
#define DSIGNIFICAND(a) significand(a)

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
