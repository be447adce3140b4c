/* Every body that this machine can run, every length 0 to 256, against float64; elements behind the end hold NaN and must neither count nor change. */
#include <math.h>
#include <stdio.h>
#include "bodies.h"

enum { MOST = 256, GUARD = 16 };

static int failures;

static void check(int holds, const char *isa, const char *what, size_t n)
{
    if (!holds) {
        failures++;
        fprintf(stderr, "%s: %s fails at length %u\n", isa, what, (unsigned)n);
    }
}

static float pseudo_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(int32_t)*state / 2147483648.0f;
}

static void fill(float *values, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < MOST + GUARD; i++)
        values[i] = i < n ? pseudo_random(&seed) : NAN;
}

static void check_length(const subquad_core_api *api, size_t n)
{
    float x[MOST + GUARD], y[MOST + GUARD], before[MOST + GUARD];
    fill(x, n, 1);
    fill(y, n, 2);
    fill(before, n, 2);

    double dot = 0, size = 0, norm = 0;
    for (size_t i = 0; i < n; i++) {
        dot += (double)x[i] * y[i];
        size += fabs((double)x[i] * y[i]);
        norm += (double)x[i] * x[i];
    }
    const double unit = ldexp(1.0, -24);
    check(fabs(api->dot_f32(x, y, n) - dot) <= (double)n * unit * size, api->isa, "dot", n);
    check(fabs(api->squared_norm_f32(x, n) - norm) <= 1e-13 * norm, api->isa, "squared norm", n);

    api->axpy_f32(0.75f, x, y, n);
    for (size_t i = 0; i < MOST + GUARD; i++)
        check(i < n ? y[i] == fmaf(0.75f, x[i], before[i]) : isnan(y[i]), api->isa, "axpy", n);
}

static void check_body(const subquad_core_api *api)
{
    printf("%s\n", api->isa);
    check(api->abi_version == SUBQUAD_CORE_ABI_VERSION && api->size == sizeof(subquad_core_api), api->isa, "header", 0);
    for (size_t n = 0; n <= MOST; n++)
        check_length(api, n);
}

int main(void)
{
    check_body(&subquad_core_scalar);
#if SUBQUAD_CORE_X64
    if (subquad_core_has_avx2())
        check_body(&subquad_core_avx2);
    if (subquad_core_has_avx512())
        check_body(&subquad_core_avx512);
#endif
    check(subquad_core_get_api(SUBQUAD_CORE_ABI_VERSION) != NULL, "library", "this version", 0);
    check(subquad_core_get_api(SUBQUAD_CORE_ABI_VERSION + 1) == NULL, "library", "refusing another version", 0);
    return failures != 0;
}
