/* The counter-based normal generator: known answers, the published generator through the C library's logarithm, sine and cosine, and every length a beginning of the same row. */
#include <math.h>
#include <string.h>
#include "problem.h"

enum { LONGEST = 256 };

/* Seed 20240229, row 3, layer 2, deviation 1: no machine, table or version may give others. */
static const uint32_t golden[] = {
    0xBF8CF813u, 0x3E82184Eu, 0xBE9459E1u, 0xBE110CA7u, 0x3F84E45Fu, 0xBF99F6B9u, 0x3F8B3B1Fu, 0x3F8A9AECu,
    0x3FA8F5F4u, 0x3F943589u, 0x400084B9u, 0x3EFEC6CEu, 0xBAC676DFu, 0x3F09C598u, 0xBFD0145Au, 0xBEBCBBDBu,
};

/* Four words for a counter (c0, c1, c2, 0), as the paper writes the rounds down. */
static void philox(uint64_t seed, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t words[4])
{
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
    words[0] = c0, words[1] = c1, words[2] = c2, words[3] = 0;
    for (int round = 0; round < 10; round++) {
        const uint64_t left = UINT64_C(0xD2511F53) * words[0], right = UINT64_C(0xCD9E8D57) * words[2];
        const uint32_t next[4] = { (uint32_t)(right >> 32) ^ words[1] ^ key0, (uint32_t)right, (uint32_t)(left >> 32) ^ words[3] ^ key1, (uint32_t)left };
        memcpy(words, next, sizeof next);
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
}

static double normal(uint64_t seed, uint32_t row, uint32_t layer, uint32_t column)
{
    uint32_t words[4];
    philox(seed, row, column / 4, layer, words);
    const uint32_t *pair = words + column % 4 / 2 * 2;
    const double radius = sqrt(-2 * log((pair[0] + 0.5) / 4294967296.0)), angle = 6.283185307179586 * ((pair[1] + 0.5) / 4294967296.0 - 0.5);
    return radius * (column % 2 == 0 ? cos(angle) : sin(angle));
}

static void check_row(const subquad_core_api *api, uint64_t seed, uint32_t row, uint32_t layer)
{
    enum { LENGTH = 1000 };
    float *numbers = buffer_take(LENGTH * sizeof(float));
    api->fill_normal(numbers, LENGTH, seed, row, layer, 0.5);
    for (uint32_t column = 0; column < LENGTH; column++) {
        const double expected = 0.5 * normal(seed, row, layer, column);
        CHECK(fabs(numbers[column] - expected) <= ldexp(fabs(expected), -24) + 1e-12, "normal of row %u, layer %u, column %u", (unsigned)row, (unsigned)layer, (unsigned)column);
    }
    buffer_return(numbers);
}

void test_normals(const subquad_core_api *api)
{
    uint32_t words[4];
    philox(0, 0, 0, 0, words);
    CHECK(words[0] == 0x6627E8D5u && words[1] == 0xE169C58Du && words[2] == 0xBC57AC4Cu && words[3] == 0x9B00DBD8u, "the paper's own counter of zeros");
    check_row(api, 0, 0, 0);
    check_row(api, UINT64_MAX, UINT32_MAX, UINT32_MAX);
    check_row(api, 20240229, 12345, 1);

    float *whole = buffer_take(LONGEST * sizeof(float));
    api->fill_normal(whole, LONGEST, 20240229, 3, 2, 1.0);
    CHECK(memcmp(whole, golden, sizeof golden) == 0, "the golden numbers");
    for (size_t n = 0; n <= LONGEST; n += (size_t)stride) {
        float *numbers = buffer_take(n * sizeof(float));
        api->fill_normal(numbers, n, 20240229, 3, 2, 1.0);
        CHECK(memcmp(numbers, whole, n * sizeof(float)) == 0, "the first %zu", n);
        buffer_return(numbers);
    }
    buffer_return(whole);
}
