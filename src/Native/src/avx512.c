/* Sixteen lanes: AVX-512 F, BW and VL. The only file compiled with these flags, and entered only when the processor has them. */
#include <immintrin.h>
#include <stddef.h>

static __mmask16 first(size_t n) { return (__mmask16)((1u << n) - 1u); }

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
#define SUM(v) _mm512_reduce_add_ps(v)

#define DVEC __m512d
#define DLANES 8
#define DZERO _mm512_setzero_pd()
#define DWIDEN(p) _mm512_cvtps_pd(_mm256_loadu_ps(p))
#define DMULADD(a, b, c) _mm512_fmadd_pd(a, b, c)
#define DADD(a, b) _mm512_add_pd(a, b)
#define DSUM(v) _mm512_reduce_add_pd(v)

#define TABLE subquad_core_avx512
#define ISA_NAME "avx512"
#include "kernels.inc"
