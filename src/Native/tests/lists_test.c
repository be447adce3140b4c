/* Counting and compressing against a plain comparison: strictly above, never for NaN, never in the padding; gathering reads what the entries name. */
#include <math.h>
#include <string.h>
#include "problem.h"

static const float gain = 1.3f;

static float special(uint32_t *state)
{
    const float values[] = { NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 1e-45f, -1e-45f, 0.5f, 3e38f };
    return values[(int)(random_double(state) * 9)];
}

/* Sums of which some are special, infinite in the padding; thresholds of which some equal a sum. */
static void fill(const subquad_panel_view *sums, float *thresholds, uint32_t state)
{
    const int32_t panels = panels_of(sums->rows);
    for (int64_t i = 0; i < panels * sums->stride; i++)
        sums->data[i] = INFINITY;
    for (int32_t row = 0; row < panels * SUBQUAD_CORE_PANEL_ROWS; row++) {
        thresholds[row] = INFINITY;
        for (int32_t datum = 0; datum < sums->columns && row < sums->rows; datum++)
            *panels_at(sums, row, datum) = random_double(&state) < 0.3 ? special(&state) : random_float(&state);
        if (row < sums->rows) {
            const double kind = random_double(&state);
            thresholds[row] = kind < 0.2 ? special(&state) : kind < 0.4 ? *panels_at(sums, row, (int32_t)(random_double(&state) * sums->columns)) : random_float(&state);
        }
    }
}

static void check_thresholds(const subquad_core_api *api, int32_t rows, int32_t data)
{
    const subquad_panel_view sums = panels_make(rows, data);
    float *thresholds = buffer_take((size_t)panels_of(rows) * SUBQUAD_CORE_PANEL_ROWS * sizeof(float));
    float *above = buffer_take((size_t)rows * (size_t)data * sizeof(float));
    fill(&sums, thresholds, (uint32_t)(rows + data));
    for (int32_t datum = 0; datum < data; datum++)
        for (int32_t row = 0; row < rows; row++)
            above[(int64_t)datum * rows + row] = *panels_at(&sums, row, datum) > thresholds[row];
    subquad_active_view expected = lists_make(above, data, rows), found = lists_make(above, data, rows);
    const int64_t runs = (int64_t)found.blocks * data, entries = lists_entries(&expected);
    memset(found.starts + 1, 0xFF, (size_t)runs * sizeof *found.starts);
    memset(found.offsets, 0xFF, (size_t)entries * sizeof *found.offsets);

    /* The last block first: blocks are independent. */
    for (int32_t block = found.blocks - 1; block >= 0; block--)
        api->count_above(&sums, thresholds, found.starts, block, block + 1);
    for (int64_t run = 0; run < runs; run++)
        found.starts[run + 1] += found.starts[run];
    CHECK(memcmp(found.starts, expected.starts, (size_t)(runs + 1) * sizeof *found.starts) == 0, "counts of %d rows, %d data", (int)rows, (int)data);
    if (lists_entries(&found) == entries)
        for (int32_t block = found.blocks - 1; block >= 0; block--)
            api->compress_above(&sums, thresholds, gain, &found, block, block + 1);
    CHECK(memcmp(found.offsets, expected.offsets, (size_t)entries * sizeof *found.offsets) == 0, "offsets of %d rows, %d data", (int)rows, (int)data);
    for (int32_t datum = 0; datum < data; datum++)
        for (int32_t row = 0; row < rows; row++) {
            const int64_t place = lists_place(&expected, datum, row);
            if (place >= 0)
                CHECK(same_bits(found.values[place], gain * (*panels_at(&sums, row, datum) - thresholds[row])), "value of row %d of %d", (int)row, (int)rows);
        }
    lists_free(&expected);
    lists_free(&found);
    buffer_return(above);
    buffer_return(thresholds);
    buffer_return(sums.data);
}

static void check_gather(const subquad_core_api *api, const struct problem *problem)
{
    const subquad_panel_view sums = panels_make(problem->rows, problem->data), turned = panels_make(problem->data, problem->rows);
    const subquad_active_view *lists = &problem->outputs;
    float *found = buffer_take((size_t)lists_entries(lists) * sizeof(float)), *across = buffer_take((size_t)lists_entries(lists) * sizeof(float));
    for (int32_t datum = 0; datum < problem->data; datum++)
        for (int32_t row = 0; row < problem->rows; row++)
            *panels_at(&sums, row, datum) = *panels_at(&turned, datum, row) = problem->u[(int64_t)datum * problem->rows + row];
    for (int32_t block = 0; block < lists->blocks; block++) {
        api->gather_active(&sums, lists, 0, found, block, block + 1);
        api->gather_active(&turned, lists, 1, across, block, block + 1);
    }
    for (int64_t entry = 0; entry < lists_entries(lists); entry++)
        CHECK(same_bits(found[entry], lists->values[entry]) && same_bits(across[entry], lists->values[entry]), "gathered entry %d", (int)entry);
    buffer_return(found);
    buffer_return(across);
    buffer_return(sums.data);
    buffer_return(turned.data);
}

void test_lists(const subquad_core_api *api)
{
    for (int32_t rows = 1; rows <= 256; rows += stride)
        check_thresholds(api, rows, 3);
    for (size_t i = 0; i < shape_count; i += (size_t)stride) {
        struct problem problem = problem_make(shapes[i], 2);
        check_thresholds(api, problem.rows, problem.data);
        check_gather(api, &problem);
        problem_free(&problem);
    }
}
