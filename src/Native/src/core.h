/* What the sources of the core share. Private. */
#ifndef SUBQUAD_CORE_PRIVATE_H
#define SUBQUAD_CORE_PRIVATE_H

#include <float.h>
#include <math.h>
#include <string.h>
#include "subquad_core.h"

#if defined(__x86_64__) || defined(_M_X64)
#  define SUBQUAD_CORE_X64 1
#else
#  define SUBQUAD_CORE_X64 0
#endif

#if defined(__aarch64__) || defined(_M_ARM64)
#  define SUBQUAD_CORE_ARM64 1
#else
#  define SUBQUAD_CORE_ARM64 0
#endif

#if defined(_MSC_VER) && !defined(__clang__)
#  define INLINE static __forceinline
#else
#  define INLINE static inline __attribute__((always_inline))
#endif

enum {
    PANEL_ROWS = SUBQUAD_CORE_PANEL_ROWS,
    PAIR_ROWS = 2 * PANEL_ROWS,
    BLOCK_SIZE = SUBQUAD_CORE_BLOCK_SIZE,
    PANELS_OF_BLOCK = BLOCK_SIZE / PANEL_ROWS,
    LINE_FLOATS = 16, /* a cache line of 64 bytes */
    HALF_ROWS = 16, /* of bfloat16: rows from the low half of a word to its high half */
    WORDS_OF_COLUMN = PANEL_ROWS / 2,
};

/* The parts of a float64. An exponent field placed below the bits of 2^52 reads as 2^52 + field, exactly, without a conversion of integers that narrow sets lack. */
#define FRACTION_BITS 52
#define FRACTION_MASK 0x000FFFFFFFFFFFFF
#define EXPONENT_BIAS 1023.0
#define TWO_TO_52 4503599627370496.0

/* Asks for a 64-byte line to be brought into the second-level cache. Any address will do: the processor drops a request that it cannot serve. */
#if defined(_MSC_VER) && !defined(__clang__)
#  include <intrin.h>
#  if SUBQUAD_CORE_ARM64
#    define PREFETCH(p) __prefetch2((p), 2)
#  else
#    define PREFETCH(p) _mm_prefetch((const char *)(p), _MM_HINT_T1)
#  endif
#else
#  define PREFETCH(p) __builtin_prefetch((p), 0, 2) /* prefetcht1, prfm pldl2keep */
#endif

/* The number of the lowest bit that is set; bits is not zero. */
INLINE uint32_t lowest_bit(uint32_t bits)
{
#if defined(_MSC_VER) && !defined(__clang__)
    unsigned long place;
    _BitScanForward(&place, bits);
    return place;
#else
    return (uint32_t)__builtin_ctz(bits);
#endif
}

INLINE uint32_t float_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

INLINE int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }

/* The next float above, as nextafterf(value, INFINITY) has it; that one may set errno. */
INLINE float next_above(float value)
{
    int32_t bits;
    if (!(value < INFINITY))
        return value;
    if (value == -INFINITY)
        return -FLT_MAX;
    if (value == 0)
        return 0x1p-149f;
    memcpy(&bits, &value, sizeof bits);
    bits += bits < 0 ? -1 : 1;
    memcpy(&value, &bits, sizeof bits);
    return value;
}

INLINE float next_below(float value) { return -next_above(-value); }

/* Where a panel begins. */
INLINE float *panel_at(const subquad_panel_view *view, int32_t panel) { return view->data + panel * view->stride; }

/* Words of bfloat16 in the guise of floats, as which they are loaded and moved about, and never computed with. */
INLINE subquad_panel_view words_of(const subquad_bf16_view *view)
{
    const subquad_panel_view words = { (float *)(void *)view->data, view->stride, view->rows, view->columns };
    return words;
}

/* One past the last panel of a block that holds rows. */
INLINE int32_t panel_to_of(const subquad_panel_view *view, int32_t block)
{
    return least((block + 1) * PANELS_OF_BLOCK, (view->rows + PANEL_ROWS - 1) / PANEL_ROWS);
}

extern const subquad_core_api subquad_core_scalar;

#if SUBQUAD_CORE_X64
extern const subquad_core_api subquad_core_scalar_fma;
extern const subquad_core_api subquad_core_avx2;
extern const subquad_core_api subquad_core_avx512;
extern const subquad_core_api subquad_core_avx512bf16;

int subquad_core_has_avx2(void);
int subquad_core_has_avx512(void);
int subquad_core_has_avx512bf16(void);
#endif

#if SUBQUAD_CORE_ARM64
extern const subquad_core_api subquad_core_neon;
#endif

#endif
