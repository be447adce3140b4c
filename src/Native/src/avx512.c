/* Sixteen lanes: AVX-512 F, BW and VL. Compiled with these flags, here and in avx512bf16.c, and entered only when the processor has them. */
#include <immintrin.h>
#include "core.h"

static __mmask16 first(size_t n) { return (__mmask16)((1u << n) - 1u); }

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
#define SQRT(a) _mm512_sqrt_ps(a)
#define SUM(v) _mm512_reduce_add_ps(v)
#define GREATER_BITS(a, b) ((uint32_t)_mm512_cmp_ps_mask(a, b, _CMP_GT_OQ))
#define COUNT_GREATER(a, b) _mm_popcnt_u32(GREATER_BITS(a, b))
#define LOW_HALVES(v) low_halves(v)
#define HIGH_HALVES(v) high_halves(v)
#define ROUND_HALVES(low, high) round_halves(low, high)

#define DVEC __m512d
#define DLANES 8
#define DZERO _mm512_setzero_pd()
#define DWIDEN(p) _mm512_cvtps_pd(_mm256_loadu_ps(p))
#define DMULADD(a, b, c) _mm512_fmadd_pd(a, b, c)
#define DADD(a, b) _mm512_add_pd(a, b)
#define DSUM(v) _mm512_reduce_add_pd(v)

#define DPAIR_LOAD(p, low, high) (low = _mm512_loadu_pd(p), high = _mm512_loadu_pd((p) + 8))
#define DPAIR_STORE(p, low, high) (_mm512_storeu_pd(p, low), _mm512_storeu_pd((p) + 8, high))
#define DPAIR_WIDEN(v, low, high) \
    (low = _mm512_cvtps_pd(_mm512_castps512_ps256(v)), high = _mm512_cvtps_pd(_mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(v), 1))))

/* Gaps are closed in registers and the masked stores end where the run ends: a compressing store to memory is microcode on some processors. Without a branch: whether
   one of sixteen neurons fires is close to a coin's toss at usual densities, and a wrong guess costs more than two stores of nothing. */
#define STORE_SELECTED store_selected
static uint32_t store_selected(uint16_t *offsets, float *values, uint32_t offset, __m512 v, uint32_t bits)
{
    const __m512i numbers = _mm512_add_epi32(_mm512_set1_epi32((int)offset), _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    const __mmask16 selected = (__mmask16)bits;
    const uint32_t count = (uint32_t)_mm_popcnt_u32(bits);
    _mm512_mask_storeu_ps(values, first(count), _mm512_maskz_compress_ps(selected, v));
    _mm256_mask_storeu_epi16(offsets, first(count), _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(selected, numbers)));
    return count;
}

#ifndef TABLE
#define TABLE subquad_core_avx512
#define ISA_NAME "avx512"
#endif
#include "kernels.inc"
