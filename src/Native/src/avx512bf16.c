/*
 * The same lanes for processors with AVX-512 BF16, which differ in the forward verbs for weights of bfloat16: VDPBF16PS multiplies halves of words by halves of words, so that no weight has to
 * be widened, but inputs are rounded to bfloat16. For each sum it does two multiply-adds, one after the other, first with the high halves: the earlier of two inputs goes there, and the
 * chain is that of the other sets for rounded inputs. Denormals, as operands and as results, are zero to it. Where one input is multiplied at a time the other half meets a zero.
 */
#include <immintrin.h>
#include <string.h>
#include "core.h"

INLINE __m512bh as_bf16(__m512i words)
{
    __m512bh v;
    memcpy(&v, &words, sizeof v);
    return v;
}

INLINE __m512 add_product(__m512 words, __m512i value, __m512 sum) { return _mm512_dpbf16_ps(sum, as_bf16(_mm512_castps_si512(words)), as_bf16(value)); }

/* Four floats as bfloat16 in the low halves of four words. */
INLINE __m128i low_words(__m128 v)
{
    const __m128bh rounded = _mm_cvtneps_pbh(v);
    __m128i halves;
    memcpy(&halves, &rounded, sizeof halves);
    return _mm_cvtepu16_epi32(halves);
}

/* An input in the low halves of all words; shifted up for rows in high halves. */
#define HALVED_VALUE __m512i
#define HALVED_BROADCAST(a) _mm512_broadcastd_epi32(low_words(_mm_set_ss(a)))
#define ADD_LOW(value, words, sum) add_product(words, value, sum)
#define ADD_HIGH(value, words, sum) add_product(words, _mm512_slli_epi32(value, 16), sum)
#define ROUNDS_INPUTS SUBQUAD_CORE_ROUNDS_INPUTS

/* Two inputs of four data: the earlier ones, at p, in the high halves of four words, the later ones, at q, in the low halves. */
#define PAIR_VALUES __m512i
#define PAIR_ROUND(p, q) _mm512_castsi128_si512(_mm_or_si128(_mm_slli_epi32(low_words(_mm_loadu_ps(p)), 16), low_words(_mm_loadu_ps(q))))
#define PAIR_LOW(earlier, later) pair_low(earlier, later)
#define PAIR_HIGH(earlier, later) pair_high(earlier, later)
#define ADD_PAIR(x, k, words, sum) add_product(words, _mm512_permutexvar_epi32(_mm512_set1_epi32(k), x), sum)

INLINE __m512 pair_low(__m512 earlier, __m512 later)
{
    return _mm512_castsi512_ps(_mm512_mask_blend_epi16(0xAAAAAAAAu, _mm512_castps_si512(later), _mm512_slli_epi32(_mm512_castps_si512(earlier), 16)));
}

INLINE __m512 pair_high(__m512 earlier, __m512 later)
{
    return _mm512_castsi512_ps(_mm512_mask_blend_epi16(0xAAAAAAAAu, _mm512_srli_epi32(_mm512_castps_si512(later), 16), _mm512_castps_si512(earlier)));
}

#define TABLE subquad_core_avx512bf16
#define ISA_NAME "avx512bf16"
#include "avx512.c"
