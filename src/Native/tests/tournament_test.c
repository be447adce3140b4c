/* Trees are what their definition says after every way of bringing them up to date; queries against plain loops over the keys. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "problem.h"

enum { FAN_OUT = SUBQUAD_CORE_FAN_OUT, PANEL = SUBQUAD_CORE_PANEL_ROWS };

static subquad_tournament_view trees_make(int32_t trees, int32_t leaves)
{
    subquad_tournament_view view = { .trees = trees, .leaves = leaves };
    int64_t start = 0, nodes = leaves > 0 ? (leaves + FAN_OUT - 1) / FAN_OUT : 1;
    for (;; nodes = (nodes + FAN_OUT - 1) / FAN_OUT) {
        view.starts[view.levels++] = start;
        start += nodes * FAN_OUT;
        if (nodes == 1)
            break;
    }
    view.starts[view.levels] = view.stride = start;
    view.data = buffer_take((size_t)(trees * view.stride) * sizeof(float));
    for (int64_t i = 0; i < trees * view.stride; i++)
        view.data[i] = 7.0f; /* undefined until a tree is built */
    return view;
}

/* Some are equal, some special. */
static float random_key(uint32_t *state)
{
    const float kinds[] = { NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 0.5f, 0.25f, -0.5f, 1e-45f, -1e-45f };
    return random_double(state) < 0.4 ? kinds[(int)(random_double(state) * 10)] : random_float(state);
}

static float held(float key) { return key > -INFINITY ? key : -INFINITY; }

/* Leaves are the keys, padding is -infinity, and every other element is the largest of its node; where zeros of both signs meet, either may stand. */
static void check_tree(const subquad_tournament_view *view, int32_t tree, const float *keys, const char *what)
{
    const float *data = view->data + tree * view->stride;
    int64_t used = view->leaves;
    for (int32_t level = 0; level < view->levels; level++) {
        const int64_t size = view->starts[level + 1] - view->starts[level];
        for (int64_t i = 0; i < size; i++) {
            const float found = data[view->starts[level] + i];
            float expected = -INFINITY;
            if (level == 0 && i < used)
                expected = held(keys[i]);
            else if (level > 0 && i < used)
                for (int child = 0; child < FAN_OUT; child++)
                    expected = data[view->starts[level - 1] + i * FAN_OUT + child] > expected ? data[view->starts[level - 1] + i * FAN_OUT + child] : expected;
            CHECK(found == expected && (level > 0 || same_bits(found, expected) || found == 0), "%s: level %d, element %d of %d leaves", what, (int)level, (int)i, (int)view->leaves);
        }
        used = size / FAN_OUT;
    }
}

static const float *sorted_keys;

/* The larger key first, of equal ones the lower id. */
static int compare_ids(const void *a, const void *b)
{
    const int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
    const float x = sorted_keys[left], y = sorted_keys[right];
    return x > y ? -1 : x < y ? 1 : left - right;
}

static void check_queries(const subquad_core_api *api, const subquad_tournament_view *view, int32_t tree, const float *keys)
{
    const float thresholds[] = { 0.0f, -0.0f, -INFINITY, INFINITY, NAN, 0.5f, 0.9f, -0.99f };
    const int32_t leaves = view->leaves;
    int32_t *ids = buffer_take((size_t)leaves * sizeof *ids), *order = buffer_take((size_t)leaves * sizeof *order), candidates = 0;
    for (int i = 0; i < 8; i++) {
        const int32_t count = api->report_above(view, tree, thresholds[i], ids);
        int32_t expected = 0;
        for (int32_t leaf = 0; leaf < leaves; leaf++)
            if (keys[leaf] > thresholds[i]) {
                CHECK(expected < count && ids[expected] == leaf, "above %g: leaf %d of %d", thresholds[i], (int)leaf, (int)leaves);
                expected++;
            }
        CHECK(count == expected, "above %g: %d of %d leaves, expected %d", thresholds[i], (int)count, (int)leaves, (int)expected);
    }
    for (int32_t leaf = 0; leaf < leaves; leaf++)
        if (keys[leaf] > -INFINITY)
            order[candidates++] = leaf;
    sorted_keys = keys;
    if (candidates > 0)
        qsort(order, (size_t)candidates, sizeof *order, compare_ids);
    for (int32_t k = 0; k <= leaves; k += 1 + k / 2) {
        int32_t *best = buffer_take((size_t)k * sizeof *best);
        const int32_t count = api->report_top(view, tree, best, k);
        CHECK(count == (k < candidates ? k : candidates), "top %d of %d leaves: %d", (int)k, (int)leaves, (int)count);
        if (count > 0 && count <= candidates)
            CHECK(memcmp(best, order, (size_t)count * sizeof *best) == 0, "top %d of %d leaves", (int)k, (int)leaves);
        buffer_return(best);
    }
    buffer_return(ids);
    buffer_return(order);
}

static void check_keys(const subquad_core_api *api, int32_t leaves)
{
    uint32_t state = (uint32_t)leaves;
    subquad_tournament_view view = trees_make(3, leaves);
    float *keys = buffer_take((size_t)leaves * sizeof *keys), *changes = buffer_take((size_t)leaves * sizeof *changes);
    int32_t *changed = buffer_take((size_t)leaves * sizeof *changed);
    for (int32_t leaf = 0; leaf < leaves; leaf++)
        keys[leaf] = random_key(&state);
    for (int32_t tree = 2; tree >= 1; tree--) {
        api->build_tournament(keys, &view, tree);
        check_tree(&view, tree, keys, "built");
    }
    check_queries(api, &view, 1, keys);
    for (int32_t count = 0; count <= leaves; count += 1 + 2 * count) {
        for (int32_t i = 0; i < count; i++) {
            changed[i] = (int32_t)(random_double(&state) * leaves);
            changes[i] = random_key(&state);
        }
        for (int32_t i = 0; i < count; i++)
            keys[changed[i]] = changes[i];
        api->update_tournament(changed, changes, count, &view, 1, 0);
        api->update_tournament(changed, changes, count, &view, 2, 1);
        check_tree(&view, 1, keys, "by paths");
        check_tree(&view, 2, keys, "by levels");
    }
    check_queries(api, &view, 2, keys);
    CHECK(view.data[0] == 7.0f && memcmp(view.data, view.data + 1, (size_t)(view.stride - 1) * sizeof(float)) == 0, "another tree of %d leaves", (int)leaves);
    buffer_return(view.data);
    buffer_return(keys);
    buffer_return(changes);
    buffer_return(changed);
}

/* Trees over the rows of sums for each datum, or over the data for each row. */
static void check_sums(const subquad_core_api *api, int32_t rows, int32_t data, int32_t over_data)
{
    const float gain = 1.3f;
    uint32_t state = (uint32_t)(rows * 1000 + data);
    const int32_t trees = over_data ? rows : data, leaves = over_data ? data : rows, padded = panels_of(rows) * PANEL;
    subquad_panel_view sums = panels_make(rows, data);
    subquad_tournament_view view = trees_make(trees, leaves);
    float *thresholds = buffer_take((size_t)padded * sizeof *thresholds), *keys = buffer_take((size_t)trees * (size_t)leaves * sizeof *keys);
    float *flags = buffer_take((size_t)trees * (size_t)leaves * sizeof *flags);
    int32_t *scratch = buffer_take((size_t)leaves * sizeof *scratch);
    for (int32_t row = 0; row < padded; row++)
        thresholds[row] = row < rows ? random_float(&state) : INFINITY;
    for (int32_t row = 0; row < rows; row++)
        for (int32_t datum = 0; datum < data; datum++)
            *panels_at(&sums, row, datum) = random_key(&state);
    for (int32_t tree = trees - 1; tree >= 0; tree--)
        api->build_tournaments(&sums, thresholds, over_data, &view, tree, tree + 1);
    api->build_tournaments(&sums, thresholds, over_data, &view, 0, trees);

    /* What changes in some trees; the others' lists are empty. */
    for (int32_t tree = 0; tree < trees; tree++)
        for (int32_t leaf = 0; leaf < leaves; leaf++) {
            const int32_t row = over_data ? tree : leaf, datum = over_data ? leaf : tree;
            if (tree % 3 != 1 && random_double(&state) < 0.1) {
                flags[(int64_t)tree * leaves + leaf] = 1;
                *panels_at(&sums, row, datum) = random_key(&state);
            }
            keys[(int64_t)tree * leaves + leaf] = held(*panels_at(&sums, row, datum) - thresholds[row]);
        }
    subquad_active_view changed = lists_make(flags, trees, leaves);
    api->update_tournaments(&sums, thresholds, over_data, &changed, &view, 0, trees, 4, scratch);
    for (int32_t tree = 0; tree < trees; tree++)
        check_tree(&view, tree, keys + (int64_t)tree * leaves, "over sums");

    for (int64_t i = 0; i < (int64_t)trees * leaves; i++)
        flags[i] = keys[i] > 0;
    subquad_active_view expected = lists_make(flags, trees, leaves), found = lists_make(flags, trees, leaves);
    const int64_t runs = (int64_t)found.blocks * trees, entries = lists_entries(&expected);
    memset(found.starts + 1, 0xFF, (size_t)runs * sizeof *found.starts);
    memset(found.offsets, 0xFF, (size_t)entries * sizeof *found.offsets);
    for (int32_t tree = trees - 1; tree >= 0; tree--)
        api->count_positive(&view, &found, tree, tree + 1);
    for (int64_t run = 0; run < runs; run++)
        found.starts[run + 1] += found.starts[run];
    CHECK(memcmp(found.starts, expected.starts, (size_t)(runs + 1) * sizeof *found.starts) == 0, "positive keys of %d trees of %d", (int)trees, (int)leaves);
    if (lists_entries(&found) == entries)
        for (int32_t tree = trees - 1; tree >= 0; tree--)
            api->compress_positive(&view, gain, &found, tree, tree + 1);
    CHECK(memcmp(found.offsets, expected.offsets, (size_t)entries * sizeof *found.offsets) == 0, "offsets of %d trees of %d", (int)trees, (int)leaves);
    for (int32_t tree = 0; tree < trees; tree++)
        for (int32_t leaf = 0; leaf < leaves; leaf++) {
            const int64_t place = lists_place(&expected, tree, leaf);
            if (place >= 0)
                CHECK(same_bits(found.values[place], gain * keys[(int64_t)tree * leaves + leaf]), "value of leaf %d of %d", (int)leaf, (int)leaves);
        }
    lists_free(&changed);
    lists_free(&expected);
    lists_free(&found);
    buffer_return(view.data);
    buffer_return(sums.data);
    buffer_return(thresholds);
    buffer_return(keys);
    buffer_return(flags);
    buffer_return(scratch);
}

void test_tournament(const subquad_core_api *api)
{
    for (int32_t leaves = 0; leaves <= 272; leaves += stride)
        check_keys(api, leaves);
    check_keys(api, 4097);
    const int32_t sizes[] = { 0, 1, 15, 64, 65, 130, 700, 1030 };
    for (int i = 0; i < 8; i++)
        for (int over_data = 0; over_data < 2; over_data++) {
            check_sums(api, sizes[i], 5, over_data);
            check_sums(api, 70, sizes[i], over_data);
        }
}
