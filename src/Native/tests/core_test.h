/* A test is a function that checks; the first failures of a run are printed. */
#ifndef CORE_TEST_H
#define CORE_TEST_H

#include <stdint.h>
#include "subquad_core.h"

/* Counts a failure and prints it, with printf's arguments, unless the condition holds. */
#define CHECK(condition, ...)                        \
    do {                                             \
        if (!(condition))                            \
            report(__FILE__, __LINE__, __VA_ARGS__); \
    } while (0)

#if defined(__MINGW32__)
__attribute__((format(gnu_printf, 3, 4)))
#elif defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void report(const char *file, int line, const char *format, ...);

/* In (-1, 1), all bits in use and never zero, so that a changed order of summation shows. */
float random_float(uint32_t *state);

/* In [0, 1). */
double random_double(uint32_t *state);

/* Equal bit for bit. */
int same_bits(float a, float b);
int same_bits_double(double a, double b);

/* Sweeps over lengths and shapes take one in so many. */
extern int stride;

void test_api(void);
void test_vectors(const subquad_core_api *api);
void test_forward(const subquad_core_api *api);
void test_bf16(const subquad_core_api *api);
void test_lists(const subquad_core_api *api);
void test_pairs(const subquad_core_api *api);
void test_certificate(const subquad_core_api *api);
void test_layout(const subquad_core_api *api);
void test_packed(const subquad_core_api *api);
void test_sketch(const subquad_core_api *api);
void test_tournament(const subquad_core_api *api);
void test_factor(const subquad_core_api *api);
void test_search(const subquad_core_api *api);
void test_normals(const subquad_core_api *api);

#endif
