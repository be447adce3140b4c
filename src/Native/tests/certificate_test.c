/* Bounds and the lists of what they leave over, bit for bit and whole or in parts, against plain loops. */
#include <math.h>
#include <string.h>
#include "problem.h"

enum { PANEL = SUBQUAD_CORE_PANEL_ROWS };

/* A vector of random floats; in those after the first count something else. */
static float *vector(int32_t count, int32_t padded, float padding, uint32_t *state)
{
    float *values = buffer_take((size_t)padded * sizeof *values);
    for (int32_t i = 0; i < padded; i++)
        values[i] = i < count ? random_float(state) : padding;
    return values;
}

static subquad_bound_view bound_make(int32_t rows, int32_t data, uint32_t *state)
{
    const int32_t padded = panels_of(rows) * PANEL;
    const subquad_bound_view bound = {
        vector(rows, padded, 0, state), vector(rows, padded, 0, state), vector(rows, padded, 0, state), vector(rows, padded, INFINITY, state),
        vector(data, data, 0, state),   vector(data, data, 0, state),   vector(data, data, 0, state)
    };
    return bound;
}

static void bound_free(subquad_bound_view bound)
{
    const float *parts[] = { bound.growth, bound.norms, bound.errors, bound.limits, bound.on, bound.off, bound.sizes };
    for (int part = 0; part < 7; part++)
        buffer_return((void *)parts[part]);
}

static subquad_panel_view matrix_make(int32_t rows, int32_t columns, uint32_t *state)
{
    subquad_panel_view matrix = panels_make(rows, columns);
    for (int32_t row = 0; row < rows; row++)
        for (int32_t column = 0; column < columns; column++)
            *panels_at(&matrix, row, column) = random_float(state);
    return matrix;
}

/* Holds counted starts and listed offsets against the lists of what is not zero in wanted; values must be as they were. Takes the last block first: blocks are independent. */
struct listing {
    subquad_active_view expected, found;
    int64_t entries, runs;
};

static struct listing listing_make(const float *wanted, int32_t data, int32_t rows)
{
    struct listing it = { lists_make(wanted, data, rows), lists_make(wanted, data, rows), 0, 0 };
    it.entries = lists_entries(&it.expected);
    it.runs = (int64_t)it.found.blocks * data;
    memset(it.found.starts + 1, 0xFF, (size_t)it.runs * sizeof *it.found.starts);
    memset(it.found.offsets, 0xFF, (size_t)it.entries * sizeof *it.found.offsets);
    return it;
}

/* Adds the counts up; whether they are right, so that the lists may be written. */
static int listing_counted(struct listing *it, const char *verb)
{
    for (int64_t run = 0; run < it->runs; run++)
        it->found.starts[run + 1] += it->found.starts[run];
    const int right = memcmp(it->found.starts, it->expected.starts, (size_t)(it->runs + 1) * sizeof *it->found.starts) == 0;
    CHECK(right, "%s: counts of %d rows, %d data", verb, (int)it->found.width, (int)it->found.count);
    return right;
}

static void listing_check(struct listing *it, const char *verb)
{
    CHECK(memcmp(it->found.offsets, it->expected.offsets, (size_t)it->entries * sizeof *it->found.offsets) == 0, "%s: offsets of %d rows", verb, (int)it->found.width);
    CHECK(memcmp(it->found.values, it->expected.values, (size_t)it->entries * sizeof(float)) == 0, "%s: values of %d rows", verb, (int)it->found.width);
    lists_free(&it->expected);
    lists_free(&it->found);
}

static void check_uncertain(const subquad_core_api *api, int32_t rows, int32_t data)
{
    uint32_t state = (uint32_t)(rows * 1000 + data);
    subquad_panel_view upper = matrix_make(rows, data, &state), support = matrix_make(rows, data, &state);
    const subquad_bound_view bound = bound_make(rows, data, &state);
    float *raised = buffer_take((size_t)rows * (size_t)data * sizeof(float)), *uncertain = buffer_take((size_t)rows * (size_t)data * sizeof(float));
    for (int32_t datum = 0; datum < data; datum++)
        for (int32_t row = 0; row < rows; row++) {
            float value = fmaf(*panels_at(&support, row, datum) + bound.growth[row], bound.on[datum], *panels_at(&upper, row, datum));
            value = fmaf(bound.norms[row], bound.off[datum], value);
            raised[(int64_t)datum * rows + row] = value;
            /* Some are equal to their limit: not below it. */
            if (row % 5 == 0 && datum == 0)
                ((float *)bound.limits)[row] = fmaf(bound.errors[row], bound.sizes[datum], value);
            uncertain[(int64_t)datum * rows + row] = fmaf(bound.errors[row], bound.sizes[datum], value) >= bound.limits[row];
        }
    struct listing it = listing_make(uncertain, data, rows);
    for (int32_t block = it.found.blocks - 1; block >= 0; block--)
        api->raise_and_count_uncertain(&upper, &support, &bound, it.found.starts, block, block + 1);
    for (int32_t datum = 0; datum < data; datum++)
        for (int32_t row = 0; row < rows; row++)
            CHECK(same_bits(*panels_at(&upper, row, datum), raised[(int64_t)datum * rows + row]), "raised: row %d of %d, datum %d", (int)row, (int)rows, (int)datum);
    if (listing_counted(&it, "uncertain"))
        for (int32_t block = it.found.blocks - 1; block >= 0; block--)
            api->list_uncertain(&upper, &bound, &it.found, block, block + 1);
    listing_check(&it, "uncertain");
    buffer_return(raised);
    buffer_return(uncertain);
    bound_free(bound);
    buffer_return(upper.data);
    buffer_return(support.data);
}

static void check_non_zero(const subquad_core_api *api, int32_t rows, int32_t data)
{
    const float kinds[] = { 0.0f, -0.0f, NAN, -NAN, 1e-45f, -1e-45f, INFINITY, -INFINITY, 0.0f, 0.0f };
    uint32_t state = (uint32_t)(rows * 1000 + data);
    subquad_panel_view matrix = panels_make(rows, data);
    float *wanted = buffer_take((size_t)rows * (size_t)data * sizeof(float));
    for (int32_t datum = 0; datum < data; datum++)
        for (int32_t row = 0; row < rows; row++) {
            const float value = random_double(&state) < 0.7 ? kinds[(int)(random_double(&state) * 10)] : random_float(&state);
            *panels_at(&matrix, row, datum) = value;
            wanted[(int64_t)datum * rows + row] = value != 0;
        }
    struct listing it = listing_make(wanted, data, rows);
    for (int32_t block = it.found.blocks - 1; block >= 0; block--)
        api->count_non_zero(&matrix, it.found.starts, block, block + 1);
    if (listing_counted(&it, "not zero"))
        for (int32_t block = it.found.blocks - 1; block >= 0; block--)
            api->list_non_zero(&matrix, &it.found, block, block + 1);
    listing_check(&it, "not zero");
    buffer_return(wanted);
    buffer_return(matrix.data);
}

static void check_raise(const subquad_core_api *api, int32_t rows, int32_t data)
{
    uint32_t state = (uint32_t)(rows * 1000 + data);
    subquad_panel_view source = matrix_make(rows, data, &state), target = panels_make(rows, data);
    const int32_t panels = panels_of(rows);
    float *slack = vector(rows, panels * PANEL, 0, &state), *sizes = vector(data, data, 0, &state);
    for (int32_t panel = panels - 1; panel >= 0; panel--)
        api->raise_panels(&source, slack, sizes, &target, panel, panel + 1);
    for (int32_t datum = 0; datum < data; datum++)
        for (int32_t row = 0; row < rows; row++) {
            /* Rounded twice. */
            const volatile float allowance = slack[row] * sizes[datum];
            CHECK(same_bits(*panels_at(&target, row, datum), *panels_at(&source, row, datum) + allowance), "raised: row %d of %d", (int)row, (int)rows);
        }
    api->raise_panels(&source, slack, sizes, &source, 0, panels);
    CHECK(memcmp(source.data, target.data, (size_t)(panels * source.stride) * sizeof(float)) == 0, "raised in place: %d rows", (int)rows);
    buffer_return(slack);
    buffer_return(sizes);
    buffer_return(source.data);
    buffer_return(target.data);
}

/* The outputs of a problem as listed rows, their values as sums. */
static void check_listed(const subquad_core_api *api, const struct problem *problem)
{
    const float gain = 1.3f;
    const subquad_active_view *listed = &problem->outputs;
    const int32_t rows = problem->rows, data = problem->data;
    uint32_t state = 5;
    float *thresholds = vector(rows, rows, 0, &state), *sizes = vector(data, data, 0, &state), *above = buffer_take((size_t)rows * (size_t)data * sizeof(float));
    subquad_panel_view target = panels_make(rows, data);
    for (int32_t datum = 0; datum < data; datum++)
        for (int32_t row = 0; row < rows; row++) {
            const float sum = problem->u[(int64_t)datum * rows + row];
            if (row % 7 == 0 && datum == 0 && sum != 0)
                thresholds[row] = sum; /* not strictly above */
            above[(int64_t)datum * rows + row] = sum != 0 && sum > thresholds[row] ? gain * (sum - thresholds[row]) : 0;
        }
    struct listing it = listing_make(above, data, rows);
    memset(it.found.values, 0xFF, (size_t)it.entries * sizeof(float));
    for (int32_t block = it.found.blocks - 1; block >= 0; block--) {
        api->count_listed_above(listed, listed->values, thresholds, it.found.starts, block, block + 1);
        api->set_listed(listed, thresholds, sizes, &target, block, block + 1);
    }
    if (listing_counted(&it, "listed"))
        for (int32_t block = it.found.blocks - 1; block >= 0; block--)
            api->compress_listed_above(listed, listed->values, thresholds, gain, &it.found, block, block + 1);
    listing_check(&it, "listed");
    for (int32_t datum = 0; datum < data; datum++)
        for (int32_t row = 0; row < rows; row++) {
            const float sum = problem->u[(int64_t)datum * rows + row];
            const volatile float allowance = thresholds[row] * sizes[datum];
            CHECK(same_bits(*panels_at(&target, row, datum), sum != 0 ? sum + allowance : 0), "set: row %d of %d", (int)row, (int)rows);
        }
    buffer_return(thresholds);
    buffer_return(sizes);
    buffer_return(above);
    buffer_return(target.data);
}

void test_certificate(const subquad_core_api *api)
{
    for (int32_t rows = 1; rows <= 256; rows += stride) {
        check_uncertain(api, rows, 3);
        check_non_zero(api, rows, 3);
        check_raise(api, rows, 3);
    }
    for (size_t i = 0; i < shape_count; i += (size_t)stride) {
        struct problem problem = problem_make(shapes[i], 4);
        check_uncertain(api, problem.rows, problem.data);
        check_non_zero(api, problem.rows, problem.data);
        check_raise(api, problem.rows, problem.data);
        check_listed(api, &problem);
        problem_free(&problem);
    }
}
