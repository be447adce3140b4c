/* Eight lanes: AVX2 and FMA. The only file compiled with these flags, and entered only when the processor has them. */
#include <immintrin.h>
#include "core.h"

/* Ones in the first n of eight lanes: a window that slides over eight ones and eight zeros. */
static __m256i first(size_t n)
{
    static const int32_t window[16] = { -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0 };
    return _mm256_loadu_si256((const __m256i *)(window + 8 - n));
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
#define SQRT(a) _mm256_sqrt_ps(a)
#define SUM(v) sum(v)
#define GREATER_BITS(a, b) ((uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_GT_OQ)))
#define COUNT_GREATER(a, b) _mm_popcnt_u32(GREATER_BITS(a, b))
#define LOW_HALVES(v) low_halves(v)
#define HIGH_HALVES(v) high_halves(v)
#define ROUND_HALVES(low, high) round_halves(low, high)

#define DVEC __m256d
#define DLANES 4
#define DZERO _mm256_setzero_pd()
#define DWIDEN(p) _mm256_cvtps_pd(_mm_loadu_ps(p))
#define DMULADD(a, b, c) _mm256_fmadd_pd(a, b, c)
#define DADD(a, b) _mm256_add_pd(a, b)
#define DSUM(v) sum_double(v)

#define DPAIR_LOAD(p, low, high) (low = _mm256_loadu_pd(p), high = _mm256_loadu_pd((p) + 4))
#define DPAIR_STORE(p, low, high) (_mm256_storeu_pd(p, low), _mm256_storeu_pd((p) + 4, high))
#define DPAIR_WIDEN(v, low, high) (low = _mm256_cvtps_pd(_mm256_castps256_ps128(v)), high = _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1)))

#define TABLE subquad_core_avx2
#define ISA_NAME "avx2"
#include "kernels.inc"
