/* Searches over trees against one loop over all rows: the same rows with the same bits, down the tree and by a scan, and fewer groups where bounds rule them out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "problem.h"

enum { GROUP = SUBQUAD_CORE_TREE_GROUP };

/* A tree and its buffers: the view has no pointers to write through. */
struct forest {
    subquad_row_tree_view view;
    float *rows, *boxes, *balls;
    int32_t *ids, slots; /* slots: all but the last three hold rows */
};

/* A row that was found, or that should be. */
struct hit {
    int32_t id;
    float value;
};

static int32_t least_of(int32_t a, int32_t b) { return a < b ? a : b; }

static float *floats(int64_t count) { return buffer_take((size_t)count * sizeof(float)); }

static float *row_at(const struct forest *forest, int32_t slot) { return forest->rows + (int64_t)slot / GROUP * GROUP * forest->view.dimension + slot % GROUP; }

/* Sixteen rows of a leaf lie together; some rows are there twice. */
static void fill_rows(struct forest *forest, uint32_t *state)
{
    const int32_t d = forest->view.dimension;
    float *centre = floats(d);
    for (int32_t slot = 0; slot < forest->slots; slot++) {
        const int empty = slot >= forest->slots - 3, twin = slot % GROUP == 5;
        forest->ids[slot] = empty ? -1 : forest->slots - slot;
        for (int32_t j = 0; j < d; j++) {
            if (slot % GROUP == 0)
                centre[j] = 2 * random_float(state);
            row_at(forest, slot)[j * GROUP] = empty ? NAN : twin ? row_at(forest, slot - 1)[j * GROUP] : centre[j] + random_float(state) / 8;
        }
    }
    buffer_return(centre);
}

/* Bounds of a node over the slots from first to last - 1; radii have room to spare for rounding. */
static void fill_node(struct forest *forest, int64_t group, int32_t lane, int32_t first, int32_t last)
{
    const int32_t d = forest->view.dimension;
    float *box = forest->boxes + group * GROUP * 2 * d + lane, *ball = forest->balls + group * GROUP * (d + 1) + lane;
    double farthest = -1, size = 0;
    for (int32_t j = 0; j < d; j++) {
        float lower = INFINITY, upper = -INFINITY;
        for (int32_t slot = first; slot < last; slot++) {
            const float value = row_at(forest, slot)[j * GROUP];
            lower = value < lower ? value : lower;
            upper = value > upper ? value : upper;
        }
        box[j * GROUP] = lower;
        box[(d + j) * GROUP] = upper;
        ball[j * GROUP] = lower <= upper ? (lower + upper) / 2 : 0;
    }
    for (int32_t slot = first; slot < last; slot++) {
        double square = 0, norm = 0;
        for (int32_t j = 0; j < d; j++) {
            const double value = row_at(forest, slot)[j * GROUP], difference = value - ball[j * GROUP];
            square += difference * difference;
            norm += value * value;
        }
        farthest = sqrt(square) > farthest ? sqrt(square) : farthest;
        size = sqrt(norm) > size ? sqrt(norm) : size;
    }
    ball[d * GROUP] = farthest < 0 ? -INFINITY : (float)(farthest * 1.0001 + 1e-4 * (1 + size));
}

static struct forest forest_make(int32_t d, int32_t leaves, uint32_t *state)
{
    struct forest forest = { .slots = leaves * GROUP };
    forest.view.dimension = d;
    forest.view.leaves = leaves;
    int64_t groups = 0;
    for (int32_t nodes = leaves; forest.view.levels == 0 || nodes > 1;) {
        forest.view.starts[++forest.view.levels] = groups;
        nodes = (nodes + GROUP - 1) / GROUP;
        groups += nodes;
    }
    forest.view.starts[forest.view.levels + 1] = groups;
    forest.view.rows = forest.rows = floats((int64_t)forest.slots * d);
    forest.view.boxes = forest.boxes = floats(groups * GROUP * 2 * d);
    forest.view.balls = forest.balls = floats(groups * GROUP * (d + 1));
    forest.view.ids = forest.ids = buffer_take((size_t)forest.slots * sizeof(int32_t));
    fill_rows(&forest, state);
    int32_t rows_of_node = GROUP;
    for (int32_t level = 1; level <= forest.view.levels; level++, rows_of_node *= GROUP)
        for (int64_t node = 0; node < (forest.view.starts[level + 1] - forest.view.starts[level]) * GROUP; node++) {
            const int64_t first = node * rows_of_node < forest.slots ? node * rows_of_node : forest.slots;
            const int64_t last = first + rows_of_node < forest.slots ? first + rows_of_node : forest.slots;
            fill_node(&forest, forest.view.starts[level] + node / GROUP, (int32_t)(node % GROUP), (int32_t)first, (int32_t)last);
        }
    return forest;
}

static void forest_free(struct forest *forest)
{
    buffer_return(forest->rows);
    buffer_return(forest->boxes);
    buffer_return(forest->balls);
    buffer_return(forest->ids);
}

static float product_of(const struct forest *forest, int32_t slot, const float *x)
{
    float sum = 0;
    for (int32_t j = 0; j < forest->view.dimension; j++)
        sum = fmaf(row_at(forest, slot)[j * GROUP], x[j], sum);
    return sum;
}

static float distance_of(const struct forest *forest, int32_t slot, const float *x)
{
    float sum = 0;
    for (int32_t j = 0; j < forest->view.dimension; j++) {
        const float difference = row_at(forest, slot)[j * GROUP] - x[j];
        sum = fmaf(difference, difference, sum);
    }
    return sum;
}

/* The least value first, of equal ones the smaller id. */
static int by_value(const void *a, const void *b)
{
    const struct hit *left = a, *right = b;
    return left->value != right->value ? (left->value < right->value ? -1 : 1) : (left->id > right->id) - (left->id < right->id);
}

static void check_hits(const struct hit *expected, int32_t wanted, const int32_t *ids, const float *values, int32_t found, const char *what)
{
    CHECK(found == wanted, "%s: %d rows, expected %d", what, (int)found, (int)wanted);
    for (int32_t i = 0; i < found && i < wanted; i++)
        CHECK(ids[i] == expected[i].id && same_bits(values[i], expected[i].value), "%s: place %d is row %d with %g, expected row %d with %g", what, (int)i, (int)ids[i],
            (double)values[i], (int)expected[i].id, (double)expected[i].value);
}

static void check_report(const subquad_core_api *api, const struct forest *forest, const float *x, float norm, float bound)
{
    const int32_t leaves = forest->view.leaves, half = leaves / 2;
    struct hit *expected = buffer_take((size_t)forest->slots * sizeof *expected);
    int32_t *list = buffer_take((size_t)leaves * sizeof(int32_t)), *other = buffer_take((size_t)leaves * sizeof(int32_t)), wanted = 0;
    for (int32_t slot = 0; slot < forest->slots - 3; slot++)
        if (product_of(forest, slot, x) > bound)
            expected[wanted++] = (struct hit){ forest->ids[slot], product_of(forest, slot, x) };
    for (int part = 0; part < 3; part++) {
        const float costs[] = { 0, 0.01f, 1e6f };
        int64_t tested = -1;
        const int32_t listed = api->list_half_space(&forest->view, x, norm, bound, costs[part], list, other, &tested);
        CHECK(tested > 0 && listed <= leaves, "%d groups listed of %d", (int)listed, (int)leaves);
        CHECK(listed >= 0 || costs[part] > 0, "cost 0 always lists");
        if (bound == -INFINITY)
            CHECK(tested == 1, "all nodes of the root lie inside, and %d groups were tested", (int)tested);
        const int32_t length = listed < 0 ? leaves : listed, room = length * GROUP;
        int32_t *ids = buffer_take((size_t)room * sizeof(int32_t));
        float *values = floats(room);
        int32_t found = api->report_half_space(&forest->view, x, bound, listed < 0 ? NULL : list, 0, least_of(half, length), ids, values);
        found += api->report_half_space(&forest->view, x, bound, listed < 0 ? NULL : list, least_of(half, length), length, ids + found, values + found);
        check_hits(expected, wanted, ids, values, found, listed < 0 ? "scanned" : "listed");
        if (bound == INFINITY)
            CHECK(listed == 0, "no group reaches infinity, %d were listed", (int)listed);
        buffer_return(ids);
        buffer_return(values);
    }
    buffer_return(expected);
    buffer_return(list);
    buffer_return(other);
}

/* All rows, the nearest or the largest product first. */
static void rank_rows(const struct forest *forest, const float *x, int products, struct hit *expected)
{
    const int32_t rows = forest->slots - 3;
    for (int32_t slot = 0; slot < rows; slot++)
        expected[slot] = (struct hit){ forest->ids[slot], products ? -product_of(forest, slot, x) : distance_of(forest, slot, x) };
    qsort(expected, (size_t)rows, sizeof *expected, by_value);
    for (int32_t i = 0; products && i < rows; i++)
        expected[i].value = -expected[i].value;
}

static void check_best(const subquad_core_api *api, const struct forest *forest, const float *x, float norm, int products, const struct hit *expected, int32_t k, float cost)
{
    const int32_t rows = forest->slots - 3, room = least_of(k, forest->slots), wanted = least_of(k, rows);
    int32_t *ids = buffer_take((size_t)room * sizeof(int32_t));
    float *values = floats(room);
    subquad_search_counts counts;
    memset(&counts, 0xFF, sizeof counts);
    const int32_t found = products ? api->largest_products(&forest->view, x, norm, k, cost, ids, values, &counts) : api->nearest(&forest->view, x, k, cost, ids, values, &counts);
    check_hits(expected, wanted, ids, values, found, products ? "products" : "nearest");
    CHECK(counts.row_groups >= 0 && counts.node_groups >= 0 && (counts.scanned == 0) <= (cost < INFINITY), "counts of %d rows", (int)rows);
    if (cost == 0)
        CHECK(counts.scanned == 0, "cost 0 always walks");
    if (cost == 0 && k == 1 && products == 0 && forest->view.dimension <= 3 && forest->view.leaves >= 300)
        CHECK(counts.row_groups < forest->view.leaves / 4, "the nearest of %d leaves was found after %d", (int)forest->view.leaves, (int)counts.row_groups);
    if (counts.scanned != 0)
        CHECK(counts.row_groups >= forest->view.leaves, "a scan reads all groups");
    buffer_return(ids);
    buffer_return(values);
}

static void check_tree(const subquad_core_api *api, int32_t d, int32_t leaves)
{
    uint32_t state = (uint32_t)(1000 * d + leaves);
    struct forest forest = forest_make(d, leaves, &state);
    float *x = floats(d);
    struct hit *expected = buffer_take((size_t)(forest.slots - 3) * sizeof *expected);
    for (int query = 0; query < 3; query++) {
        double square = 0;
        for (int32_t j = 0; j < d; j++) {
            x[j] = query == 0 ? 0.0f : random_float(&state);
            square += (double)x[j] * x[j];
        }
        const float norm = (float)(sqrt(square) + 1e-4);
        const float product = product_of(&forest, (int32_t)(random_double(&state) * (forest.slots - 3)), x);
        const float bounds[] = { product, nextafterf(product, -INFINITY), 0.5f, -INFINITY, INFINITY, 2 * (float)sqrt(square) };
        for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
            check_report(api, &forest, x, norm, bounds[i]);
        const int32_t most[] = { 0, 1, 7, forest.slots + 1 };
        const float costs[] = { 0, 1, 1e6f, INFINITY };
        for (int products = 0; products < 2; products++) {
            rank_rows(&forest, x, products, expected);
            for (int i = 0; i < 16; i++)
                check_best(api, &forest, x, norm, products, expected, most[i / 4], costs[i % 4]);
        }
    }
    buffer_return(expected);
    forest_free(&forest);
    buffer_return(x);
}

/* Different ids, a value for each. */
static void check_sort(const subquad_core_api *api, int32_t count, int32_t largest)
{
    uint32_t state = (uint32_t)count;
    int32_t *ids = buffer_take((size_t)count * sizeof(int32_t));
    float *values = floats(count);
    uint64_t *scratch = buffer_take((size_t)api->sort_scratch(count) * sizeof(uint64_t));
    const int32_t step = largest / (count > 0 ? count : 1);
    for (int32_t i = 0; i < count; i++)
        ids[i] = largest - i * step;
    for (int32_t i = count - 1; i > 0; i--) {
        const int32_t j = (int32_t)(random_double(&state) * (i + 1)), id = ids[i];
        ids[i] = ids[j];
        ids[j] = id;
    }
    for (int32_t i = 0; i < count; i++)
        memcpy(values + i, ids + i, sizeof(float));
    api->sort_by_id(ids, values, count, largest, scratch);
    for (int32_t i = 0; i < count; i++)
        CHECK(ids[i] == largest - (count - 1 - i) * step && memcmp(values + i, ids + i, sizeof(float)) == 0, "sorted %d up to %d: place %d", (int)count, (int)largest, (int)i);
    buffer_return(ids);
    buffer_return(values);
    buffer_return(scratch);
}

void test_search(const subquad_core_api *api)
{
    const int32_t dimensions[] = { 1, 3, 8, 17 }, leaves[] = { 1, 2, 16, 17, 40, 300 };
    for (int i = 0; i < 24; i++)
        check_tree(api, dimensions[i / 6], leaves[i % 6]);
    const int32_t counts[] = { 0, 1, 48, 49, 700, 5000 }, largest[] = { 0, 1, 2047, 2048, 4999, 5000000, INT32_MAX };
    for (int i = 0; i < 42; i++)
        if (counts[i / 7] <= 1 || counts[i / 7] <= largest[i % 7])
            check_sort(api, counts[i / 7], largest[i % 7]);
}
