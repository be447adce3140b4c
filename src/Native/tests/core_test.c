/* core_test api | ISA [STRIDE] | best ISA: tests the library as a whole, one instruction set against plain C, or that this set is the best there is. Ends with 0, 1 for a failure, 77 when the machine lacks
   the set. With a stride, sweeps over lengths and shapes take one in so many. */
#include "core_test.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int stride = 1;
static int failures;

void report(const char *file, int line, const char *format, ...)
{
    if (failures++ >= 20)
        return;
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

/* A counter whose bits are mixed. */
static uint32_t next(uint32_t *state)
{
    uint32_t z = *state += 0x9E3779B9u;
    z = (z ^ z >> 16) * 0x85EBCA6Bu;
    z = (z ^ z >> 13) * 0xC2B2AE35u;
    return z ^ z >> 16;
}

float random_float(uint32_t *state)
{
    const float value = (float)(int32_t)(next(state) | 128u) / 2147483648.0f;
    return value <= -1 || value >= 1 ? 0.5f : value;
}

double random_double(uint32_t *state) { return next(state) / 4294967296.0; }

int same_bits(float a, float b) { return memcmp(&a, &b, sizeof a) == 0; }

int same_bits_double(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

static const subquad_core_api *find(const char *isa)
{
    const subquad_core_api *api;
    for (uint32_t index = 0; (api = subquad_core_get_api(SUBQUAD_CORE_ABI_VERSION, index)) != NULL; index++)
        if (strcmp(api->isa, isa) == 0)
            return api;
    return NULL;
}

static const char *needs(const char *isa)
{
    return strcmp(isa, "avx512bf16") == 0 ? "AVX-512 F, BW, VL and BF16, AVX2, FMA, POPCNT and BMI1"
        : strcmp(isa, "avx512") == 0  ? "AVX-512 F, BW and VL, AVX2, FMA, POPCNT and BMI1"
        : strcmp(isa, "avx2") == 0    ? "AVX2, FMA, POPCNT and BMI1"
                                      : "another architecture";
}

/* Emulators of older processors show what CPUID makes of them. */
static void test_best(const char *isa)
{
    const subquad_core_api *api = subquad_core_get_api(SUBQUAD_CORE_ABI_VERSION, 0);
    CHECK(api != NULL && strcmp(api->isa, isa) == 0, "the best set is %s, expected %s", api == NULL ? "none" : api->isa, isa);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "best") == 0) {
        test_best(argv[2]);
        return failures != 0;
    }
    if (argc == 3)
        stride = atoi(argv[2]);
    if (argc < 2 || argc > 3 || stride < 1) {
        fprintf(stderr, "core_test: expected api, the name of an instruction set and perhaps a stride from 1 up, or best and such a name, found '%s' as the last of %d arguments\n",
            argc > 1 ? argv[argc - 1] : "", argc - 1);
        return 2;
    }
    if (strcmp(argv[1], "api") == 0) {
        test_api();
        return failures != 0;
    }
    const subquad_core_api *api = find(argv[1]);
    if (api == NULL) {
        printf("skipped: %s needs %s, which this processor or its operating system lacks\n", argv[1], needs(argv[1]));
        return 77;
    }
    test_vectors(api);
    test_forward(api);
    test_bf16(api);
    test_lists(api);
    test_pairs(api);
    test_certificate(api);
    test_layout(api);
    test_packed(api);
    test_sketch(api);
    test_tournament(api);
    test_factor(api);
    test_search(api);
    test_normals(api);
    printf("%s: %d failures\n", api->isa, failures);
    return failures != 0;
}
