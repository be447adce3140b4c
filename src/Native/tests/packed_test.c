/* Packing copies; the push-forward is the promised chain bit for bit, the pull-back, which sums in lanes, within its rounding of float64. */
#include <math.h>
#include <string.h>
#include "problem.h"

static float w_of(const struct problem *problem, int32_t row, int32_t column) { return problem->w[(int64_t)column * problem->rows + row]; }
static float x_of(const struct problem *problem, int32_t datum, int32_t column) { return problem->x[(int64_t)datum * problem->columns + column]; }
static float u_of(const struct problem *problem, int32_t datum, int32_t row) { return problem->u[(int64_t)datum * problem->rows + row]; }

struct packing {
    subquad_packed_view view;
    int64_t elements;
};

/* The rank of every entry of a datum; returns how many there are. */
static int32_t rank(const subquad_active_view *lists, int32_t datum, int32_t *ranks)
{
    int32_t count = 0;
    for (int32_t block = 0; block < lists->blocks; block++) {
        const int64_t *run = lists->starts + (int64_t)block * lists->count + datum;
        for (int64_t entry = run[0]; entry < run[1]; entry++)
            ranks[entry] = count++;
    }
    return count;
}

static struct packing packing_make(const struct problem *problem)
{
    int64_t *starts = buffer_take((size_t)problem->data * sizeof *starts), elements = 0;
    int32_t *strides = buffer_take((size_t)problem->data * sizeof *strides);
    int32_t *inputs = buffer_take((size_t)lists_entries(&problem->inputs) * sizeof *inputs), *outputs = buffer_take((size_t)lists_entries(&problem->outputs) * sizeof *outputs);
    for (int32_t datum = 0; datum < problem->data; datum++) {
        starts[datum] = elements;
        strides[datum] = (rank(&problem->outputs, datum, outputs) + 15) / 16 * 16;
        elements += (int64_t)rank(&problem->inputs, datum, inputs) * strides[datum];
    }
    struct packing it = { { buffer_take((size_t)elements * sizeof(float)), starts, strides, inputs, outputs }, elements };
    return it;
}

static void packing_free(struct packing it)
{
    buffer_return(it.view.values);
    buffer_return((void *)it.view.starts);
    buffer_return((void *)it.view.strides);
    buffer_return((void *)it.view.input_ranks);
    buffer_return((void *)it.view.output_ranks);
}

static void check_pack(const subquad_core_api *api, const struct problem *problem, struct packing *it)
{
    int32_t *scratch = buffer_take((size_t)api->pair_scratch(&problem->outputs) * sizeof *scratch);
    for (int32_t column = problem->columns - 1; column >= 0; column--)
        api->pack(&problem->weights, &problem->outputs, &problem->turned, &it->view, scratch, column, column + 1);
    float *parts = buffer_take((size_t)it->elements * sizeof(float));
    memcpy(parts, it->view.values, (size_t)it->elements * sizeof(float));
    api->pack(&problem->weights, &problem->outputs, &problem->turned, &it->view, scratch, 0, problem->columns);
    CHECK(memcmp(parts, it->view.values, (size_t)it->elements * sizeof(float)) == 0, "packed in parts");
    for (int32_t datum = 0; datum < problem->data; datum++) {
        const float *row = it->view.values + it->view.starts[datum];
        for (int32_t column = 0; column < problem->columns; column++) {
            if (x_of(problem, datum, column) == 0)
                continue;
            int32_t output = 0;
            for (int32_t r = 0; r < problem->rows; r++)
                if (u_of(problem, datum, r) != 0)
                    CHECK(same_bits(row[output++], w_of(problem, r, column)), "packed: datum %d, (%d, %d)", (int)datum, (int)r, (int)column);
            for (; output < it->view.strides[datum]; output++)
                CHECK(row[output] == 0, "padding of datum %d", (int)datum);
            row += it->view.strides[datum];
        }
    }
    buffer_return(parts);
    buffer_return(scratch);
}

static void check_products(const subquad_core_api *api, const struct problem *problem, const struct packing *it)
{
    float *pulled = buffer_take((size_t)lists_entries(&problem->inputs) * sizeof *pulled), *pushed = buffer_take((size_t)lists_entries(&problem->outputs) * sizeof *pushed);
    float *scratch = buffer_take((size_t)api->packed_scratch(&problem->outputs, &problem->inputs) * sizeof *scratch);
    for (int32_t datum = problem->data - 1; datum >= 0; datum--) {
        api->pull_back_packed(&it->view, &problem->outputs, &problem->inputs, pulled, scratch, datum, datum + 1);
        api->push_forward_packed(&it->view, &problem->outputs, &problem->inputs, pushed, scratch, datum, datum + 1);
    }
    for (int32_t datum = 0; datum < problem->data; datum++) {
        for (int32_t column = 0; column < problem->columns; column++) {
            if (x_of(problem, datum, column) == 0)
                continue;
            double expected = 0, size = 0;
            int terms = 0;
            for (int32_t row = 0; row < problem->rows; row++) {
                const double term = (double)w_of(problem, row, column) * u_of(problem, datum, row);
                expected += term;
                size += fabs(term);
                terms += term != 0;
            }
            const float found = pulled[lists_place(&problem->inputs, datum, column)];
            CHECK(fabs(found - expected) <= terms * ldexp(size, -24), "pulled: datum %d, input %d", (int)datum, (int)column);
        }
        for (int32_t row = 0; row < problem->rows; row++) {
            if (u_of(problem, datum, row) == 0)
                continue;
            float expected = 0;
            for (int32_t column = 0; column < problem->columns; column++)
                if (x_of(problem, datum, column) != 0)
                    expected = fmaf(w_of(problem, row, column), x_of(problem, datum, column), expected);
            CHECK(same_bits(pushed[lists_place(&problem->outputs, datum, row)], expected), "pushed: datum %d, output %d", (int)datum, (int)row);
        }
    }
    buffer_return(pulled);
    buffer_return(pushed);
    buffer_return(scratch);
}

void test_packed(const subquad_core_api *api)
{
    for (size_t i = 0; i < shape_count; i += (size_t)stride) {
        struct problem problem = problem_make(shapes[i], 6);
        struct packing it = packing_make(&problem);
        check_pack(api, &problem, &it);
        check_products(api, &problem, &it);
        packing_free(it);
        problem_free(&problem);
    }
}
