/* Eight lanes: AVX2 and FMA. Compiled with flags for these alone, and entered only when the processor has them. */
#include <immintrin.h>
#include "core.h"

/* Ones in the first n of eight lanes: a window that slides over eight ones and eight zeros. */
static __m256i first(size_t n)
{
    static const int32_t window[16] = { -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0 };
    return _mm256_loadu_si256((const __m256i *)(window + 8 - n));
}

static __m256i first_doubles(size_t n)
{
    static const int64_t window[8] = { -1, -1, -1, -1, 0, 0, 0, 0 };
    return _mm256_loadu_si256((const __m256i *)(window + 4 - n));
}

/* Halves, then halves of halves: the order in which .NET sums a vector. */
static float sum(__m256 v)
{
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}

static double sum_double(__m256d v)
{
    const __m128d half = _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd(v, 1));
    return _mm_cvtsd_f64(_mm_add_sd(half, _mm_unpackhi_pd(half, half)));
}

/* The same order for the largest, which shows where zeros of both signs meet. */
static float max_across(__m256 v)
{
    __m128 half = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    half = _mm_max_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
}

/* Halves of words of bfloat16. Added to the bits, half a unit less the smallest amount and the last bit round to nearest and to even; a quiet NaN cannot become an infinity. */
INLINE __m256 low_halves(__m256 v) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(v), 16)); }

INLINE __m256 high_halves(__m256 v) { return _mm256_castsi256_ps(_mm256_and_si256(_mm256_castps_si256(v), _mm256_set1_epi32((int)0xFFFF0000u))); }

static __m256i rounded(__m256 v)
{
    const __m256i bits = _mm256_castps_si256(v), odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i nearest = _mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7FFF)), odd);
    const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x00400000));
    return _mm256_blendv_epi8(nearest, quiet, _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q)));
}

static __m256 round_halves(__m256 low, __m256 high)
{
    return _mm256_castsi256_ps(_mm256_or_si256(_mm256_srli_epi32(rounded(low), 16), _mm256_and_si256(rounded(high), _mm256_set1_epi32((int)0xFFFF0000u))));
}

#define VEC __m256
#define LANES 8
#define ZERO _mm256_setzero_ps()
#define BROADCAST(a) _mm256_set1_ps(a)
#define LOAD(p) _mm256_loadu_ps(p)
#define STORE(p, v) _mm256_storeu_ps(p, v)
#define LOAD_FIRST(p, n) _mm256_maskload_ps(p, first(n))
#define STORE_FIRST(p, v, n) _mm256_maskstore_ps(p, first(n), v)
#define MULADD(a, b, c) _mm256_fmadd_ps(a, b, c)
#define ADD(a, b) _mm256_add_ps(a, b)
#define SUB(a, b) _mm256_sub_ps(a, b)
#define MUL(a, b) _mm256_mul_ps(a, b)
#define DIV(a, b) _mm256_div_ps(a, b)
#define SQRT(a) _mm256_sqrt_ps(a)
#define MAX(a, b) _mm256_max_ps(a, b)
#define SUM(v) sum(v)
#define MAX_ACROSS(v) max_across(v)
#define GREATER_BITS(a, b) ((uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_GT_OQ)))
#define COUNT_GREATER(a, b) _mm_popcnt_u32(GREATER_BITS(a, b))
#define DIFFERENT_BITS(a, b) ((uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_NEQ_UQ)))
#define COUNT_DIFFERENT(a, b) _mm_popcnt_u32(DIFFERENT_BITS(a, b))
#define SELECT_DIFFERENT(a, b, different, same) _mm256_blendv_ps(same, different, _mm256_cmp_ps(a, b, _CMP_NEQ_UQ))
#define LOW_HALVES(v) low_halves(v)
#define HIGH_HALVES(v) high_halves(v)
#define ROUND_HALVES(low, high) round_halves(low, high)

#define DVEC __m256d
#define DLANES 4
#define DZERO _mm256_setzero_pd()
#define DBROADCAST(a) _mm256_set1_pd(a)
#define DLOAD(p) _mm256_loadu_pd(p)
#define DSTORE(p, v) _mm256_storeu_pd(p, v)
#define DLOAD_FIRST(p, n) _mm256_maskload_pd(p, first_doubles(n))
#define DSTORE_FIRST(p, v, n) _mm256_maskstore_pd(p, first_doubles(n), v)
#define DWIDEN(p) _mm256_cvtps_pd(_mm_loadu_ps(p))
#define DMULADD(a, b, c) _mm256_fmadd_pd(a, b, c)
#define DNEGMULADD(a, b, c) _mm256_fnmadd_pd(a, b, c)
#define DADD(a, b) _mm256_add_pd(a, b)
#define DSUB(a, b) _mm256_sub_pd(a, b)
#define DMUL(a, b) _mm256_mul_pd(a, b)
#define DDIV(a, b) _mm256_div_pd(a, b)
#define DSQRT(a) _mm256_sqrt_pd(a)
#define DSUM(v) sum_double(v)
#define DTILE_ROWS 4

#define DEXPONENT(a) \
    _mm256_sub_pd( \
        _mm256_castsi256_pd(_mm256_or_si256(_mm256_srli_epi64(_mm256_castpd_si256(a), FRACTION_BITS), _mm256_castpd_si256(_mm256_set1_pd(TWO_TO_52)))), \
        _mm256_set1_pd(TWO_TO_52 + EXPONENT_BIAS))
#define DSIGNIFICAND(a) _mm256_or_pd(_mm256_and_pd(a, _mm256_castsi256_pd(_mm256_set1_epi64x(FRACTION_MASK))), _mm256_set1_pd(1.0))

#define DPAIR_LOAD(p, low, high) (low = _mm256_loadu_pd(p), high = _mm256_loadu_pd((p) + 4))
#define DPAIR_STORE(p, low, high) (_mm256_storeu_pd(p, low), _mm256_storeu_pd((p) + 4, high))
#define DPAIR_WIDEN(v, low, high) (low = _mm256_cvtps_pd(_mm256_castps256_ps128(v)), high = _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1)))

/* A stage is partner + sign * value: a product with a sign is exact, so the multiply-add rounds as an addition does. */
#define HADAMARD(v) hadamard(v)
INLINE __m256 hadamard(__m256 v)
{
    v = _mm256_fmadd_ps(v, _mm256_setr_ps(1, -1, 1, -1, 1, -1, 1, -1), _mm256_permute_ps(v, 0xB1));
    v = _mm256_fmadd_ps(v, _mm256_setr_ps(1, 1, -1, -1, 1, 1, -1, -1), _mm256_permute_ps(v, 0x4E));
    return _mm256_fmadd_ps(v, _mm256_setr_ps(1, 1, 1, 1, -1, -1, -1, -1), _mm256_permute2f128_ps(v, v, 0x01));
}

/* Folded upwards, so that the parity ends in the place of a sign. */
#define NEGATE_ODD(v, bits, masks) negate_odd(v, bits, masks)
INLINE __m256 negate_odd(__m256 v, int32_t bits, const int32_t *masks)
{
    __m256i odd = _mm256_and_si256(_mm256_set1_epi32(bits), _mm256_loadu_si256((const __m256i *)masks));
    odd = _mm256_xor_si256(odd, _mm256_slli_epi32(odd, 16));
    odd = _mm256_xor_si256(odd, _mm256_slli_epi32(odd, 8));
    odd = _mm256_xor_si256(odd, _mm256_slli_epi32(odd, 4));
    odd = _mm256_xor_si256(odd, _mm256_slli_epi32(odd, 2));
    odd = _mm256_xor_si256(odd, _mm256_slli_epi32(odd, 1));
    return _mm256_xor_ps(v, _mm256_and_ps(_mm256_castsi256_ps(odd), _mm256_set1_ps(-0.0f)));
}

#define TABLE subquad_core_avx2
#define ISA_NAME "avx2"
#include "kernels.inc"
