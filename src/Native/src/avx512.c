/* Sixteen lanes: AVX-512 F, BW and VL. Compiled with these flags, here and in avx512bf16.c, and entered only when the processor has them. */
#include <immintrin.h>
#include "core.h"

static __mmask16 first(size_t n) { return (__mmask16)((1u << n) - 1u); }

/* Halves, then halves of halves: the order in which .NET compares a vector's lanes, which shows where zeros of both signs meet. */
static float max_across(__m512 v)
{
    const __m256 quarters = _mm256_max_ps(_mm512_castps512_ps256(v), _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(v), 1)));
    __m128 half = _mm_max_ps(_mm256_castps256_ps128(quarters), _mm256_extractf128_ps(quarters, 1));
    half = _mm_max_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
}

/* Halves of words of bfloat16. Added to the bits, half a unit less the smallest amount and the last bit round to nearest and to even; a quiet NaN cannot become an infinity. */
INLINE __m512 low_halves(__m512 v) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(v), 16)); }

INLINE __m512 high_halves(__m512 v) { return _mm512_castsi512_ps(_mm512_and_epi32(_mm512_castps_si512(v), _mm512_set1_epi32((int)0xFFFF0000u))); }

static __m512i rounded(__m512 v)
{
    const __m512i bits = _mm512_castps_si512(v), odd = _mm512_and_epi32(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i nearest = _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7FFF)), odd);
    return _mm512_mask_or_epi32(nearest, _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q), bits, _mm512_set1_epi32(0x00400000));
}

static __m512 round_halves(__m512 low, __m512 high)
{
    return _mm512_castsi512_ps(_mm512_or_epi32(_mm512_srli_epi32(rounded(low), 16), _mm512_and_epi32(rounded(high), _mm512_set1_epi32((int)0xFFFF0000u))));
}

#define VEC __m512
#define LANES 16
#define ZERO _mm512_setzero_ps()
#define BROADCAST(a) _mm512_set1_ps(a)
#define LOAD(p) _mm512_loadu_ps(p)
#define STORE(p, v) _mm512_storeu_ps(p, v)
#define LOAD_FIRST(p, n) _mm512_maskz_loadu_ps(first(n), p)
#define STORE_FIRST(p, v, n) _mm512_mask_storeu_ps(p, first(n), v)
#define MULADD(a, b, c) _mm512_fmadd_ps(a, b, c)
#define ADD(a, b) _mm512_add_ps(a, b)
#define SUB(a, b) _mm512_sub_ps(a, b)
#define MUL(a, b) _mm512_mul_ps(a, b)
#define DIV(a, b) _mm512_div_ps(a, b)
#define SQRT(a) _mm512_sqrt_ps(a)
#define MAX(a, b) _mm512_max_ps(a, b)
#define SUM(v) _mm512_reduce_add_ps(v)
#define MAX_ACROSS(v) max_across(v)
#define GREATER_BITS(a, b) ((uint32_t)_mm512_cmp_ps_mask(a, b, _CMP_GT_OQ))
#define COUNT_GREATER(a, b) _mm_popcnt_u32(GREATER_BITS(a, b))
#define DIFFERENT_BITS(a, b) ((uint32_t)_mm512_cmp_ps_mask(a, b, _CMP_NEQ_UQ))
#define COUNT_DIFFERENT(a, b) _mm_popcnt_u32(DIFFERENT_BITS(a, b))
#define SELECT_DIFFERENT(a, b, different, same) _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_NEQ_UQ), same, different)
#define LOW_HALVES(v) low_halves(v)
#define HIGH_HALVES(v) high_halves(v)
#define ROUND_HALVES(low, high) round_halves(low, high)

#define DVEC __m512d
#define DLANES 8
#define DZERO _mm512_setzero_pd()
#define DBROADCAST(a) _mm512_set1_pd(a)
#define DLOAD(p) _mm512_loadu_pd(p)
#define DSTORE(p, v) _mm512_storeu_pd(p, v)
#define DLOAD_FIRST(p, n) _mm512_maskz_loadu_pd((__mmask8)first(n), p)
#define DSTORE_FIRST(p, v, n) _mm512_mask_storeu_pd(p, (__mmask8)first(n), v)
#define DWIDEN(p) _mm512_cvtps_pd(_mm256_loadu_ps(p))
#define DMULADD(a, b, c) _mm512_fmadd_pd(a, b, c)
#define DNEGMULADD(a, b, c) _mm512_fnmadd_pd(a, b, c)
#define DADD(a, b) _mm512_add_pd(a, b)
#define DSUB(a, b) _mm512_sub_pd(a, b)
#define DMUL(a, b) _mm512_mul_pd(a, b)
#define DDIV(a, b) _mm512_div_pd(a, b)
#define DSQRT(a) _mm512_sqrt_pd(a)
#define DSUM(v) _mm512_reduce_add_pd(v)
#define DTILE_ROWS 8

#define DEXPONENT(a) \
    _mm512_sub_pd( \
        _mm512_castsi512_pd(_mm512_or_si512(_mm512_srli_epi64(_mm512_castpd_si512(a), FRACTION_BITS), _mm512_castpd_si512(_mm512_set1_pd(TWO_TO_52)))), \
        _mm512_set1_pd(TWO_TO_52 + EXPONENT_BIAS))
#define DSIGNIFICAND(a) \
    _mm512_castsi512_pd(_mm512_or_si512(_mm512_and_si512(_mm512_castpd_si512(a), _mm512_set1_epi64(FRACTION_MASK)), _mm512_castpd_si512(_mm512_set1_pd(1.0))))

#define DPAIR_LOAD(p, low, high) (low = _mm512_loadu_pd(p), high = _mm512_loadu_pd((p) + 8))
#define DPAIR_STORE(p, low, high) (_mm512_storeu_pd(p, low), _mm512_storeu_pd((p) + 8, high))
#define DPAIR_WIDEN(v, low, high) \
    (low = _mm512_cvtps_pd(_mm512_castps512_ps256(v)), high = _mm512_cvtps_pd(_mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(v), 1))))

/* Gaps are closed in registers and the masked stores end where the run ends: a compressing store to memory is microcode on some processors. Without a branch: whether
   one of sixteen neurons fires is close to a coin's toss at usual densities, and a wrong guess costs more than two stores of nothing. */
#define STORE_SELECTED store_selected
#define STORE_OFFSETS store_offsets
static uint32_t store_offsets(uint16_t *offsets, uint32_t offset, uint32_t bits)
{
    const __m512i numbers = _mm512_add_epi32(_mm512_set1_epi32((int)offset), _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    const uint32_t count = (uint32_t)_mm_popcnt_u32(bits);
    _mm256_mask_storeu_epi16(offsets, first(count), _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32((__mmask16)bits, numbers)));
    return count;
}

static uint32_t store_selected(uint16_t *offsets, float *values, uint32_t offset, __m512 v, uint32_t bits)
{
    const uint32_t count = store_offsets(offsets, offset, bits);
    _mm512_mask_storeu_ps(values, first(count), _mm512_maskz_compress_ps((__mmask16)bits, v));
    return count;
}

/* A stage is partner + sign * value: a product with a sign is exact, so the multiply-add rounds as an addition does. */
#define HADAMARD(v) hadamard(v)
INLINE __m512 hadamard(__m512 v)
{
    const __m512 pairs = _mm512_setr_ps(1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1), fours = _mm512_setr_ps(1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1);
    const __m512 eights = _mm512_setr_ps(1, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, 1, -1, -1, -1, -1), halves = _mm512_setr_ps(1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1);
    v = _mm512_fmadd_ps(v, pairs, _mm512_permute_ps(v, 0xB1));
    v = _mm512_fmadd_ps(v, fours, _mm512_permute_ps(v, 0x4E));
    v = _mm512_fmadd_ps(v, eights, _mm512_shuffle_f32x4(v, v, 0xB1));
    return _mm512_fmadd_ps(v, halves, _mm512_shuffle_f32x4(v, v, 0x4E));
}

/* Folded upwards, so that the parity ends in the place of a sign. */
#define NEGATE_ODD(v, bits, masks) negate_odd(v, bits, masks)
INLINE __m512 negate_odd(__m512 v, int32_t bits, const int32_t *masks)
{
    __m512i odd = _mm512_and_si512(_mm512_set1_epi32(bits), _mm512_loadu_si512(masks));
    odd = _mm512_xor_si512(odd, _mm512_slli_epi32(odd, 16));
    odd = _mm512_xor_si512(odd, _mm512_slli_epi32(odd, 8));
    odd = _mm512_xor_si512(odd, _mm512_slli_epi32(odd, 4));
    odd = _mm512_xor_si512(odd, _mm512_slli_epi32(odd, 2));
    odd = _mm512_xor_si512(odd, _mm512_slli_epi32(odd, 1));
    const __m512i sign = _mm512_and_si512(odd, _mm512_set1_epi32(INT32_MIN));
    return _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(v), sign));
}

/* Gaps closed as above, for rows and for numbers: see search.inc and tournament.inc. */
#define STORE_ROWS store_rows
static int32_t store_rows(int32_t *ids, float *values, const int32_t *row_ids, __m512 v, uint32_t bits)
{
    const __mmask16 selected = (__mmask16)bits;
    const int count = _mm_popcnt_u32(bits);
    _mm512_mask_storeu_ps(values, first((size_t)count), _mm512_maskz_compress_ps(selected, v));
    _mm512_mask_storeu_epi32(ids, first((size_t)count), _mm512_maskz_compress_epi32(selected, _mm512_loadu_si512(row_ids)));
    return count;
}

#define STORE_NUMBERS store_numbers
static int32_t store_numbers(int32_t *to, int32_t from, uint32_t bits)
{
    const __m512i numbers = _mm512_add_epi32(_mm512_set1_epi32(from), _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    const int count = _mm_popcnt_u32(bits);
    _mm512_mask_storeu_epi32(to, first((size_t)count), _mm512_maskz_compress_epi32((__mmask16)bits, numbers));
    return count;
}

#ifndef TABLE
#define TABLE subquad_core_avx512
#define ISA_NAME "avx512"
#endif
#include "kernels.inc"
